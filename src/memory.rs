//! Memory goes back to the system when a large piece of it is done with.
//!
//! A password check takes 19 MiB. glibc's allocator learns from the first one that is freed to keep pieces of
//! that size, in each of its arenas, and there is one for nearly every thread: five sign-ins left 100 MB behind, and
//! more would have left more. A fixed threshold stops the learning (`man mallopt`, "`M_MMAP_THRESHOLD`").

/// Has pieces of memory of a megabyte and more given back as soon as they are free, for the whole process.
/// Other allocators than glibc's do so by themselves.
pub fn give_large_pieces_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        const LARGE: libc::c_int = 1024 * 1024;
        #[expect(
            unsafe_code,
            reason = "mallopt has no safe wrapper; it takes two numbers and changes a setting"
        )]
        // SAFETY: both arguments are plain values, and glibc takes its own lock.
        let is_set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) } == 1;
        if !is_set {
            tracing::warn!("large pieces of memory may be kept for longer than they are needed");
        }
    }
}
