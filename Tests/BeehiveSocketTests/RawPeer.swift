import Beehive
import BeehiveSocket
import Glibc

/// A peer that speaks bytes: what it writes and reads is up to the test.
///
/// Its calls end after a minute.
final class RawPeer {
    struct Trouble: Error { let what: String }

    private var descriptor: CInt
    private var reader = FrameReader(maximumBytes: 64 << 20)

    init(path: String) throws {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw Trouble(what: "connect: \(errno)") }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close() }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Writes all bytes, or as many as the peer takes before it hangs up.
    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes as much as the kernel takes without waiting.
    func writeWithoutWaiting(_ bytes: Bytes) -> Int {
        let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)
        return max(0, bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) })
    }

    func write(json: String) { write(SocketFraming.frame(body: Array(json.utf8))) }

    func write(_ message: Message) {
        var out: [UInt8] = []
        SocketFraming.append(message, to: &out)
        write(out)
    }

    /// The next message; nil when the peer has closed.
    func read() throws -> Message? {
        while true {
            switch reader.next() {
            case .frame(let frame): return try MessageDecoder().decode(frame)
            case .fault(let fault): throw fault
            case .needsMore: break
            }
            var room = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(descriptor, &room, room.count, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return nil }
            guard count > 0 else { throw Trouble(what: "read: \(errno)") }
            reader.append(room[..<count])
        }
    }

    /// Attaches, and gives the answer.
    @discardableResult
    func attach(_ name: ModuleName, content: String = "null") throws -> Message {
        let text =
            #"{"header":{"msg_id":"attach-\#(name)","timestamp":1},"route":{"source":"\#(name)","operation":"add","#
        write(json: text + #""resource":"module"},"content":\#(content)}"#)
        guard let answer = try read() else { throw Trouble(what: "no answer to the attach") }
        return answer
    }
}

func text(from name: ModuleName, id: String, _ resource: String = "default/pod/a", content: Content = .ok) -> Message {
    Message(
        header: Header(id: id, timestamp: 1),
        route: Route(source: name, group: .meta, operation: .update, resource: resource), content: content)
}
