//! Folders that others can rearrange, or enter. Others may have put there whatever the first kind holds.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::StatVfsMountFlags;

/// How others can get at a folder.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which folder it is, and why.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// Checks a folder and each folder above it, or the links in their places. Whoever can rename one of them can replace
/// it. A sticky folder is fine above. The folder itself may be sticky only if `sticky_will_do`, since others can make
/// files in it.
pub fn fault(folder: &Path, sticky_will_do: bool) -> io::Result<Option<Fault>> {
    let myself = rustix::process::geteuid().as_raw();
    for above in folder.ancestors() {
        let (shown, metadata) = (above.display(), fs::symlink_metadata(above)?);
        if ![0, myself].contains(&metadata.uid()) {
            return Ok(Some(Fault {
                message: format!("the folder {shown} lets others rename files: it belongs to uid {}", metadata.uid()),
                hint: "choose a folder of your own; you or root must own each folder above it".into(),
            }));
        }
        let mode = metadata.mode() & 0o7777;
        let is_sticky = mode & 0o1000 != 0 && (above != folder || sticky_will_do);
        // The mode of a link means nothing.
        if mode & 0o022 != 0 && !is_sticky && !metadata.is_symlink() {
            return Ok(Some(Fault {
                message: format!("the folder {shown} lets others rename files (mode {mode:04o})"),
                hint: if mode & 0o1000 != 0 {
                    "choose a folder of your own: everybody may make files in this one".into()
                } else {
                    format!(
                        "look at what others have put there, then: chmod go-w {shown}; or choose a folder of your own"
                    )
                },
            }));
        }
    }
    Ok(None)
}

/// Whether a folder above keeps everybody else away from this path, whose links are resolved. Root counts as nobody else,
/// and so do those whom root has let in by its own group, or by an access list as systemd does for a service.
pub fn closed(path: &Path) -> io::Result<bool> {
    let myself = rustix::process::geteuid().as_raw();
    for above in path.ancestors().skip(1) {
        let folder = fs::symlink_metadata(above)?;
        let enters = folder.mode() & 0o011;
        if [0, myself].contains(&folder.uid()) && (enters == 0 || (enters == 0o010 && folder.gid() == 0)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the mount of this path is read-only. Then nobody can change its mode here.
#[must_use]
pub fn is_read_only(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|mount| mount.f_flag.contains(StatVfsMountFlags::RDONLY))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_folder_that_nobody_else_can_enter_closes_all_below_it() {
        let home = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
        let inner = home.path().join("above/inner");
        fs::create_dir_all(&inner).unwrap();
        let in_roots_group = fs::metadata(&inner).unwrap().gid() == 0;
        for (above, own, is_closed) in [
            (0o755, 0o755, false),
            (0o711, 0o711, false),
            (0o755, 0o700, true),
            (0o500, 0o755, true),
            // Who cannot list it can enter it.
            (0o755, 0o744, true),
            (0o755, 0o550, in_roots_group),
            (0o755, 0o551, false),
        ] {
            fs::set_permissions(home.path().join("above"), Permissions::from_mode(0o700)).unwrap();
            fs::set_permissions(&inner, Permissions::from_mode(own)).unwrap();
            fs::set_permissions(home.path().join("above"), Permissions::from_mode(above)).unwrap();
            assert_eq!(closed(&inner.join("token")).unwrap(), is_closed, "{above:o} {own:o}");
        }
    }

    #[test]
    fn nobody_but_its_owner_may_rename_in_a_folder_or_in_one_above() {
        let home = tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap();
        let (above, inner) = (home.path().join("above"), home.path().join("above/inner"));
        fs::create_dir_all(&inner).unwrap();
        symlink("above", home.path().join("link")).unwrap();
        let linked = home.path().join("link/inner");
        for (above_mode, inner_mode, sticky_will_do, is_closed) in [
            (0o755, 0o755, false, true),
            (0o1777, 0o755, false, true),
            (0o755, 0o1777, true, true),
            (0o755, 0o1777, false, false),
            (0o755, 0o775, true, false),
            (0o755, 0o757, true, false),
            (0o775, 0o700, true, false),
            (0o757, 0o700, true, false),
        ] {
            for (folder, mode) in [(&above, above_mode), (&inner, inner_mode)] {
                fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
            }
            let fault_of = |folder: &Path| fault(folder, sticky_will_do).unwrap();
            assert_eq!(fault_of(&inner).is_none(), is_closed, "{above_mode:o} {inner_mode:o}");
        }
        // The folder that holds the link counts, not the link's target.
        assert_eq!(fault(&linked, false).unwrap(), None);
        fs::set_permissions(home.path(), Permissions::from_mode(0o777)).unwrap();
        assert!(fault(&linked, false).unwrap().is_some());
    }
}
