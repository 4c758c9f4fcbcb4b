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

/// The allocator of the system, wiped. A block that grows is moved, and the old one is wiped.
pub struct Wiping;

// SAFETY: each call goes to the allocator of the system, with what the caller must keep to. A block that is given back
// still belongs to the caller, with all its bytes, until the last line. `realloc` is the one of the trait, which allocates,
// copies, and gives the old block back by `dealloc`.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() <= LARGEST {
            unsafe { block.write_bytes(0, layout.size()) };
            // Else the compiler leaves out what nobody reads.
            optimization_barrier(unsafe { slice::from_raw_parts(block, layout.size()) });
        }
        unsafe { System.dealloc(block, layout) }
    }
}
