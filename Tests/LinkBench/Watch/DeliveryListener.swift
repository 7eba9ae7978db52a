import Beehive
import Glibc

/// A module on the daemon's socket that is delivered pods, and tells when each has come.
///
/// Unchecked since the reader has no lock: only the one thread that runs it uses that.
final class DeliveryListener: @unchecked Sendable {
    private struct State {
        var arrived: [Int: UInt64] = [:]
        var isStopped = false
    }

    private static let magic = Array("beehv1rv".utf8)
    private static let mark = Array(#""resource":"bench/pod/p"#.utf8)

    private let socket: Int32
    private let state = Lock(State())
    private var bytes: [UInt8] = []

    /// Attaches as edged; blocks.
    init(path: String) throws {
        socket = try UnixSocket.connect(path, patience: 30)
        let body = Array(
            (#"{"header":{"msg_id":"\#(LoadWork.idPrefix)000000000000","timestamp":1,"sync":true},"#
                + #""route":{"source":"edged","operation":"add","resource":"module"},"content":null}"#).utf8)
        var frame = Self.magic
        for shift in [24, 16, 8, 0] { frame.append(UInt8(truncatingIfNeeded: body.count >> shift)) }
        frame += body
        guard send(socket, frame, frame.count, Int32(MSG_NOSIGNAL)) == frame.count else {
            throw BenchError("the daemon takes no module")
        }
    }

    /// Reads until `stop`, on this thread.
    func run() {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        while !state.withLock({ $0.isStopped }) {
            guard poll(&entry, 1, 50) > 0 else { continue }
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { return }
            let now = SystemTime.ticks()
            bytes += buffer[..<count]
            cut(now)
        }
    }

    private func cut(_ now: UInt64) {
        var place = 0
        while bytes.count >= place + 12 {
            let length = bytes[place + 8..<place + 12].reduce(0) { $0 << 8 | Int($1) }
            guard bytes.count >= place + 12 + length else { break }
            if let key = Self.key(bytes[place + 12..<place + 12 + length]) {
                state.withLock { if $0.arrived[key] == nil { $0.arrived[key] = now } }
            }
            place += 12 + length
        }
        bytes.removeFirst(place)
    }

    /// The number in a pod's name; nil for what is no pod of ours.
    private static func key(_ body: ArraySlice<UInt8>) -> Int? {
        // The route is behind the header, before the content.
        let head = body.prefix(1024)
        guard let start = head.firstRange(of: mark)?.upperBound, start + FrameTemplate.width <= body.endIndex else {
            return nil
        }
        return body[start..<start + FrameTemplate.width].reduce(0) { $0 * 10 + Int($1 & 15) }
    }

    /// When a pod came, once.
    func take(_ key: Int) -> UInt64? { state.withLock { $0.arrived.removeValue(forKey: key) } }

    /// Ends it.
    func stop() { state.withLock { $0.isStopped = true } }

    deinit { close(socket) }
}
