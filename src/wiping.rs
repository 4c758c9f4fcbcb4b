//! An allocator that wipes what is given back.
//!
//! passdesk wipes its own secrets. Libraries leave copies: zxcvbn takes a new password apart, age keeps a chunk of text.
//! Nothing else reaches those. So every block is wiped before it goes back to the allocator of the system.

#![expect(unsafe_code, reason = "an allocator hands out bare memory")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::slice;

use zeroize::optimization_barrier;

/// A larger block, in bytes, is wiped by its owner, or holds no secret. The memory of argon2 would take long.
const LARGEST: usize = 1 << 20;

/// An allocator, by default that of the system, wiped. A block that grows is moved, and the old one is wiped.
pub struct Wiping<Under = System>(pub Under);

// SAFETY: each call goes to the allocator below, with what the caller must keep to. A block that is given back still
// belongs to the caller, with all its bytes, until the last line. `realloc` is the one of the trait, which allocates, copies,
// and gives the old block back by `dealloc`.
unsafe impl<Under: GlobalAlloc> GlobalAlloc for Wiping<Under> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() <= LARGEST {
            unsafe { block.write_bytes(0, layout.size()) };
            // Else the compiler leaves out what nobody reads.
            optimization_barrier(unsafe { slice::from_raw_parts(block, layout.size()) });
        }
        unsafe { self.0.dealloc(block, layout) }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Notes what is in each block that is given back.
    #[derive(Default)]
    struct Noting(RefCell<Vec<Vec<u8>>>);

    // SAFETY: each call goes to the allocator of the system. A block is read while it still belongs to the caller.
    unsafe impl GlobalAlloc for Noting {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            self.0.borrow_mut().push(unsafe { slice::from_raw_parts(block, layout.size()) }.to_vec());
            unsafe { System.dealloc(block, layout) }
        }
    }

    #[test]
    fn a_block_is_wiped_when_it_is_given_back_and_when_it_grows() {
        let wiping = Wiping(Noting::default());
        let [small, large] = [8, 16].map(|size| Layout::array::<u8>(size).unwrap());
        // SAFETY: the block is given back once, with the layout that it has then. All its bytes were written.
        unsafe {
            let block = wiping.alloc(small);
            block.write_bytes(7, small.size());
            let grown = wiping.realloc(block, small, large.size());
            assert_eq!(slice::from_raw_parts(grown, small.size()), [7; 8], "what was in it");
            grown.write_bytes(7, large.size());
            wiping.dealloc(grown, large);
        }
        assert_eq!(wiping.0.0.into_inner(), [vec![0; 8], vec![0; 16]]);
    }
}
