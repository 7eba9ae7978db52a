internal import EdgeHub
internal import Glibc

/// Waits until a file has changed, been replaced, or led to by another link.
///
/// Belongs to one thread. Without the kernel's word (no watches left, a network's file system) the file is looked at
/// now and then all the same.
struct ConfigurationWatcher: ~Copyable {
    private let path: String?
    private let signal: WakeSignal
    private var folders: [String] = []
    private var queue: Int32 = -1
    private var seen: FileIdentity?

    init(_ file: WatchedFile?, signal: WakeSignal) {
        path = file?.path
        seen = file?.seen
        self.signal = signal
    }

    deinit { if queue >= 0 { close(queue) } }

    /// How the file is now; nil when none is watched.
    var identity: FileIdentity? { path.map { FileIdentity($0) } }

    /// Whether the file is no more what it was.
    var hasChanged: Bool { identity != seen }

    /// True once when the file is no more what it was.
    mutating func takeChange() -> Bool {
        let identity = identity
        defer { seen = identity }
        return identity != seen
    }

    /// Waits for the folders, a wake-up or the end of a time.
    ///
    /// - Parameter milliseconds: the longest wait.
    /// - Returns: true when something has changed in the folders.
    mutating func wait(milliseconds: Int32) -> Bool {
        // What has changed in a folder before it was watched is told by nobody else.
        if watch(), hasChanged { return true }
        var polls = [pollfd(fd: signal.file, events: Int16(POLLIN), revents: 0)]
        if queue >= 0 { polls.append(pollfd(fd: queue, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&polls, nfds_t(polls.count), milliseconds)
        signal.clear()
        return drain()
    }

    /// Waits for nothing but a wake-up or the end of a time.
    func rest(milliseconds: Int32) {
        var polls = [pollfd(fd: signal.file, events: Int16(POLLIN), revents: 0)]
        _ = poll(&polls, 1, milliseconds)
    }

    /// Watches the folders as they are now; when others decide, the old watches go.
    ///
    /// - Returns: whether others decide than before.
    private mutating func watch() -> Bool {
        guard let path else { return false }
        let now = WatchedFolders.of(path)
        let areOthers = now != folders
        if areOthers || queue < 0 {
            if queue >= 0 { close(queue) }
            queue = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
            folders = now
        }
        guard queue >= 0 else { return areOthers }
        // Writes alone are left out: the database may lie in the same folder. A file is done when it is closed.
        let mask = UInt32(
            IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF
                | IN_ATTRIB | IN_ONLYDIR)
        // A folder that took the place of another of the same name is watched anew by this.
        for folder in folders { _ = inotify_add_watch(queue, folder, mask) }
        return areOthers
    }

    private func drain() -> Bool {
        guard queue >= 0 else { return false }
        var hasChanged = false
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while read(queue, &buffer, buffer.count) > 0 { hasChanged = true }
        return hasChanged
    }
}
