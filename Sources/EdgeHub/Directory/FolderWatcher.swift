internal import Beehive
internal import Glibc

/// Wakes a thread that waits in `poll`.
package final class WakeSignal: Sendable {
    /// Readable after a wake-up.
    package let file: Int32
    private let writingEnd: Int32

    /// Makes the pipe.
    package init() {
        var ends: [Int32] = [-1, -1]
        // Without a pipe the thread is woken by its deadlines alone.
        _ = pipe(&ends)
        for end in ends where end >= 0 {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        file = ends[0]
        writingEnd = ends[1]
    }

    deinit {
        close(file)
        close(writingEnd)
    }

    /// A full pipe is a wake-up too.
    package func wake() {
        var byte: UInt8 = 1
        _ = write(writingEnd, &byte, 1)
    }

    /// Takes what has woken away.
    package func clear() {
        var bytes = [UInt8](repeating: 0, count: 512)
        while read(file, &bytes, bytes.count) > 0 {}
    }
}

/// Tells that something in the folders has changed; what, a look through them shows.
///
/// Belongs to one thread.
final class FolderWatcher {
    private let file: Int32
    private let signal: WakeSignal
    /// Why changes are not told of; nil when they are.
    private(set) var problem: String?

    init(signal: WakeSignal) {
        self.signal = signal
        file = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
        if file < 0 { problem = "changes of the folder are not told of (\(String(cString: strerror(errno))))" }
    }

    deinit { if file >= 0 { close(file) } }

    /// Starts a new look: what could not be watched before may be now.
    func beginLook() { if file >= 0 { problem = nil } }

    /// Watches a folder; one that is watched already stays so.
    func watch(_ folder: String) {
        guard file >= 0 else { return }
        // Reading is not asked for, so that the look itself makes no events.
        let mask = UInt32(
            IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF
                | IN_ATTRIB | IN_MODIFY)
        guard inotify_add_watch(file, folder, mask) < 0, errno != ENOENT else { return }
        problem =
            "changes of \(folder) are not told of (\(String(cString: strerror(errno)))): raise "
            + "fs.inotify.max_user_watches"
    }

    /// Waits for a change, a wake-up or the deadline.
    ///
    /// - Parameters:
    ///   - now: both clocks.
    ///   - deadline: monotonic nanoseconds; nil for none.
    /// - Returns: true when something has changed. An overflow of the kernel's queue is a change like any other.
    func wait(now: Moment, until deadline: UInt64?) -> Bool {
        var polls = [pollfd(fd: signal.file, events: Int16(POLLIN), revents: 0)]
        if file >= 0 { polls.append(pollfd(fd: file, events: Int16(POLLIN), revents: 0)) }
        var timeout: Int32 = -1
        if let deadline {
            let left = deadline > now.ticks ? deadline - now.ticks : 0
            timeout = Int32(min((left + 999_999) / 1_000_000, 3_600_000))
        }
        _ = poll(&polls, nfds_t(polls.count), timeout)
        signal.clear()
        return drain()
    }

    private func drain() -> Bool {
        guard file >= 0 else { return false }
        var hasChanged = false
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while read(file, &buffer, buffer.count) > 0 { hasChanged = true }
        return hasChanged
    }
}
