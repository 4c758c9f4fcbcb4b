//! The authorities that may vouch for a server, and TLS that verifies its name.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::BadAddress;
use super::files;
use crate::domain::text::shown;

/// The authorities of the system, on Debian.
const SYSTEMS: &str = "/etc/ssl/certs/ca-certificates.crt";

const ELSEWHERE: &str =
    "name a file with sslrootcert in the address, or with PGSSLROOTCERT; 'system' takes the authorities of this system";

/// The authorities that may vouch for a server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Authorities {
    /// Those of the system.
    System,
    /// Those in a file.
    File(PathBuf),
    /// No file is named, and there is no home folder that could have one.
    Nowhere,
}

/// What makes a TLS connection. The certificate must be from one of the authorities, and for the host that was named.
pub(super) fn connector(authorities: &Authorities) -> Result<MakeRustlsConnect, BadAddress> {
    let roots = match authorities {
        Authorities::System => roots(Path::new(SYSTEMS), "install the package ca-certificates")?,
        Authorities::File(path) => roots(
            path,
            &format!("ask who runs the server for the root certificate, and save it there; or {ELSEWHERE}"),
        )?,
        Authorities::Nowhere => {
            return Err(BadAddress::Unusable {
                message: "there is no home folder that could have the server's root certificate".into(),
                hint: ELSEWHERE.into(),
            });
        }
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| BadAddress::Unusable {
            message: format!("TLS cannot be set up: {error}"),
            hint: "report this, with the version of passdesk".into(),
        })?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}

fn roots(path: &Path, hint: &str) -> Result<RootCertStore, BadAddress> {
    let unusable = |what: &str| BadAddress::Unusable {
        message: format!("the file of root certificates {} {what}", shown(path)),
        hint: hint.into(),
    };
    let unread = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => unusable("is missing"),
        _ => unusable(&format!("cannot be read: {error}")),
    };
    let content = files::content(path, unread, |_| Ok(()))?;
    if content.trim_ascii().is_empty() {
        return Err(unusable("is empty"));
    }
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&content) {
        let certificate = certificate.map_err(|_| unusable("is damaged: a part of it is not in PEM form"))?;
        roots.add(certificate).map_err(|_| unusable("has a certificate that cannot be read"))?;
    }
    if roots.is_empty() {
        return Err(unusable("has no certificate in PEM form"));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A certificate that vouches for itself.
    const ROOT: &str = "\
-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUBgq1ITYT0Tw1Jsti1iok4HEgZcUwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEcm9vdDAgFw0yNjExMjkxNTM0MDJaGA8yMTI2MTEwNTE1MzQw
MlowDzENMAsGA1UEAwwEcm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLuZ
XfrwO64kWo9gPMx0YhiXBCXgNeX2slh4TFd3j9olsv7Qt6kqe86kF1LdltW7wNB8
WeNMULb7XyXcoRImelijUzBRMB0GA1UdDgQWBBQB1ZlMoR20/4hcj/B+bTSoMtH+
hzAfBgNVHSMEGDAWgBQB1ZlMoR20/4hcj/B+bTSoMtH+hzAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIHb/VrFK38BddRHBGTplfvUYvUeJs0znU9d0
Nr5ymmgsAiEAshvJ4tmM1AwyXnldAGqgNMnUy+EYfN4q/W8IWaBHOdc=
-----END CERTIFICATE-----
";

    fn refused(authorities: &Authorities) -> (String, String) {
        match connector(authorities) {
            Err(BadAddress::Unusable { message, hint }) => (message, hint),
            Err(error) => panic!("{error:?}"),
            Ok(_) => panic!("{authorities:?} is taken"),
        }
    }

    #[test]
    fn a_file_that_has_certificates_is_taken() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, format!("a comment\n{ROOT}\n{ROOT}")).unwrap();
        assert_eq!(roots(file.path(), "").unwrap().len(), 2);
        assert!(connector(&Authorities::File(file.path().into())).is_ok());
    }

    #[test]
    fn a_file_without_certificates_is_named_with_what_is_wrong_and_how_to_get_one() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let broken = ROOT.replace("MII", "!!!");
        let garbled = ROOT.replace("MII", "AAA");
        for (content, expected) in [
            ("", "is empty"),
            (" \n", "is empty"),
            ("no certificate", "has no certificate in PEM form"),
            ("\0\u{1}", "has no certificate in PEM form"),
            (&ROOT.replace("CERTIFICATE", "PRIVATE KEY"), "has no certificate in PEM form"),
            (&broken, "is damaged: a part of it is not in PEM form"),
            (&format!("{ROOT}\n{broken}"), "is damaged: a part of it is not in PEM form"),
            (&ROOT[..200], "is damaged: a part of it is not in PEM form"),
            (&garbled, "has a certificate that cannot be read"),
        ] {
            fs::write(&file, content).unwrap();
            let (message, hint) = refused(&Authorities::File(file.path().into()));
            assert_eq!(message, format!("the file of root certificates {} {expected}", file.path().display()));
            assert!(hint.contains("ask who runs the server") && hint.contains("PGSSLROOTCERT"), "{hint}");
        }
    }

    #[test]
    fn a_missing_file_is_named_as_missing() {
        let (message, _) = refused(&Authorities::File("/nowhere/root.crt".into()));
        assert_eq!(message, "the file of root certificates /nowhere/root.crt is missing");
    }

    #[test]
    fn a_folder_is_no_file_of_certificates() {
        let (message, _) = refused(&Authorities::File("/".into()));
        assert_eq!(message, "the file of root certificates / cannot be read: it is no ordinary file");
    }

    #[test]
    fn without_a_home_folder_the_hint_says_how_to_name_a_file() {
        let (_, hint) = refused(&Authorities::Nowhere);
        assert!(hint.contains("sslrootcert") && hint.contains("PGSSLROOTCERT"), "{hint}");
    }
}
