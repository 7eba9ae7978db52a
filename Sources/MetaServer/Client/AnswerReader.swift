internal import Beehive

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// One exchange over a connected socket: sends the request, reads head and body as they come.
struct AnswerReader {
    private enum Framing {
        case length(Int)
        case chunks
        case untilEnd
        case done
    }

    private let descriptor: CInt
    private let path: String
    private var buffer: [UInt8] = []
    private var start = 0
    private var framing = Framing.done

    init(_ descriptor: CInt, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    func close() { closeDescriptor(descriptor) }

    func send(_ method: String, _ target: String, _ body: Bytes, type: String? = nil) throws(APIClientError) {
        var request = Array("\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".utf8)
        if let type { request += Array("Content-Type: \(type)\r\n".utf8) }
        if method != "GET" { request += Array("Content-Length: \(body.count)\r\n".utf8) }
        request += Array("\r\n".utf8)
        request += body
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { bytes in
                bytes.baseAddress.map { sendBytes(descriptor, $0 + sent, bytes.count - sent) } ?? -1
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw broken("cannot be written to") }
            sent += count
        }
    }

    /// Reads the head; informational answers are passed over.
    mutating func head() throws(APIClientError) -> Int {
        while true {
            let words = try line().split(separator: " ", maxSplits: 2)
            guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
                throw malformed("the first line is none of HTTP/1.1")
            }
            framing = .untilEnd
            while true {
                let field = try line()
                if field.isEmpty { break }
                let pair = field.split(separator: ":", maxSplits: 1)
                guard pair.count == 2 else { continue }
                let value = pair[1].drop { $0 == " " }
                switch pair[0].lowercased() {
                case "content-length":
                    guard let length = Int(value), length >= 0 else { throw malformed("its length is no number") }
                    framing = .length(length)
                case "transfer-encoding" where value.lowercased() == "chunked": framing = .chunks
                default: break
                }
            }
            if status >= 200 { return status }
        }
    }

    /// The next part of the body; nil at its end.
    mutating func piece() throws(APIClientError) -> [UInt8]? {
        switch framing {
        case .done: return nil
        case .untilEnd:
            if let bytes = try take(.max, orEnd: true) { return bytes }
            framing = .done
            return nil
        case .length(0):
            framing = .done
            return nil
        case .length(let rest):
            guard let bytes = try take(rest, orEnd: false) else { return nil }
            framing = .length(rest - bytes.count)
            return bytes
        case .chunks: return try chunk()
        }
    }

    private mutating func chunk() throws(APIClientError) -> [UInt8]? {
        let text = try line().prefix { $0 != ";" }
        guard let size = Int(text, radix: 16), size >= 0, size <= 1 << 30 else {
            throw malformed("a chunk has no size")
        }
        var bytes: [UInt8] = []
        while bytes.count < size, let more = try take(size - bytes.count, orEnd: false) { bytes += more }
        _ = try line()
        guard size == 0 else { return bytes }
        framing = .done
        return nil
    }

    private mutating func line() throws(APIClientError) -> String {
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                let text = buffer[start..<end]
                return String(decoding: text.last == UInt8(ascii: "\r") ? text.dropLast() : text, as: UTF8.self)
            }
            guard buffer.count - start < 1 << 16 else { throw malformed("a line has no end") }
            guard try fill() else { throw broken("was closed before the answer was whole") }
        }
    }

    private mutating func take(_ limit: Int, orEnd mayEnd: Bool) throws(APIClientError) -> [UInt8]? {
        if start == buffer.count, !(try fill()) {
            if mayEnd { return nil }
            throw broken("was closed before the answer was whole")
        }
        let end = limit < buffer.count - start ? start + limit : buffer.count
        defer { start = end }
        return Array(buffer[start..<end])
    }

    /// Reads what is there; false at the end.
    private mutating func fill() throws(APIClientError) -> Bool {
        buffer.removeFirst(start)
        start = 0
        var room = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &room, room.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { throw broken("is silent for too long") }
            guard count >= 0 else { throw broken("cannot be read") }
            buffer += room[..<count]
            return count > 0
        }
    }

    private func broken(_ what: String) -> APIClientError {
        APIClientError(
            code: .broken, description: "the connection to the daemon at \(path) \(what); look into the daemon's log")
    }

    private func malformed(_ what: String) -> APIClientError {
        APIClientError(
            code: .malformed,
            description: "what listens at \(path) gives no answer of this API: \(what); check --socket")
    }
}

private func closeDescriptor(_ descriptor: CInt) { close(descriptor) }

/// Without the signal that ends a process whose peer is gone.
private func sendBytes(_ descriptor: CInt, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    send(descriptor, bytes, count, CInt(MSG_NOSIGNAL))
}
