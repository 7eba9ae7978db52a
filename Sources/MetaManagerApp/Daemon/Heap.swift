internal import CLinux

/// The heap's size follows what is in use.
///
/// A list of thousands of objects takes megabytes for a moment, on whichever thread it is made. The allocator keeps such
/// memory for each thread: an hour under load added up to more than twice of what was in use.
enum Heap {
    /// Above this a block goes back to the system as soon as it is freed.
    private static var largeBlock: Int32 { 1 << 20 }

    /// To be called before anything large is allocated.
    static func prepare() { clinux_set_large_block(largeBlock) }

    /// Gives free memory back; takes some milliseconds.
    static func trim() { clinux_trim_heap() }
}
