import Beehive
import Glibc
import NIOPosix

/// Many watches over sockets of their own, read and counted by one thread; some can be told to read nothing.
final class WatchReaders: Sendable {
    private struct State {
        var sockets: [Int32]
        /// Events that each was told.
        var told: [Int]
        /// Whether the last byte was the end of an object: a line feed behind it ends an event.
        var isBehindObject: [Bool]
        var isOver: [Bool]
        var isAsleep: [Bool]
        var isStopped = false
    }

    private let path: String
    private let request: String
    private let state: Lock<State>

    /// Opens watches; blocks.
    ///
    /// - Parameters:
    ///   - path: the API's socket.
    ///   - target: what is asked for.
    ///   - count: how many there are.
    /// - Throws: when one cannot be opened.
    init(path: String, target: String, count: Int) throws {
        self.path = path
        request = "GET \(target) HTTP/1.1\r\nHost: node\r\n\r\n"
        var sockets: [Int32] = []
        for _ in 0..<count { sockets.append(try Self.open(path, request)) }
        state = Lock(
            State(
                sockets: sockets, told: Array(repeating: 0, count: count),
                isBehindObject: Array(repeating: false, count: count), isOver: Array(repeating: false, count: count),
                isAsleep: Array(repeating: false, count: count)))
    }

    private static func open(_ path: String, _ request: String) throws -> Int32 {
        let socket = try UnixSocket.connect(path, patience: 30)
        let bytes = Array(request.utf8)
        guard send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw BenchError("the API takes no request")
        }
        return socket
    }

    /// Reads until `stop`, on this thread.
    func run() {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            var entries = wanted
            guard !entries.isEmpty else { return }
            guard poll(&entries, nfds_t(entries.count), 20) > 0 else { continue }
            for (index, entry) in entries.enumerated() where entry.revents != 0 {
                let count = recv(entry.fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count < 0, errno == EAGAIN || errno == EINTR { continue }
                take(count > 0 ? buffer[..<count] : [], from: index)
            }
        }
    }

    /// Who is read from; nobody when it has been stopped.
    private var wanted: [pollfd] {
        state.withLock { state in
            guard !state.isStopped else { return [] }
            return state.sockets.indices.map { index in
                let isRead = !state.isAsleep[index] && !state.isOver[index]
                return pollfd(fd: isRead ? state.sockets[index] : -1, events: Int16(POLLIN), revents: 0)
            }
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>, from index: Int) {
        state.withLock { state in
            guard let last = bytes.last else {
                state.isOver[index] = true
                return
            }
            state.told[index] += Self.ends(in: bytes, isBehindObject: state.isBehindObject[index])
            state.isBehindObject[index] = last == UInt8(ascii: "}")
        }
    }

    /// How many events end: what frames them has a carriage return in front of its line feeds.
    private static func ends(in bytes: ArraySlice<UInt8>, isBehindObject: Bool) -> Int {
        bytes.withUnsafeBytes { all in
            guard let base = all.baseAddress else { return 0 }
            var count = 0
            var place = 0
            while place < all.count, let found = memchr(base + place, Int32(UInt8(ascii: "\n")), all.count - place) {
                let at = base.distance(to: UnsafeRawPointer(found))
                if at > 0 ? all[at - 1] == UInt8(ascii: "}") : isBehindObject { count += 1 }
                place = at + 1
            }
            return count
        }
    }

    /// Events that each was told so far.
    var told: [Int] { state.withLock { $0.told } }
    /// How many were ended.
    var ended: Int { state.withLock { $0.isOver.count { $0 } } }

    /// One of them reads no more, or reads again.
    func sleep(_ index: Int, _ isAsleep: Bool) { state.withLock { $0.isAsleep[index] = isAsleep } }

    /// One of them goes, and comes again with another watch; of what was told before it counts as told.
    func renew(_ index: Int, told: Int) throws {
        let fresh = try Self.open(path, request)
        state.withLock { state in
            close(state.sockets[index])
            state.sockets[index] = fresh
            (state.isOver[index], state.isAsleep[index], state.told[index]) = (false, false, told)
            state.isBehindObject[index] = false
        }
    }

    /// Ends all.
    func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            // Closed later: another socket must not take the number of one that is still looked at.
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    deinit { for socket in state.withLock({ $0.sockets }) { close(socket) } }
}
