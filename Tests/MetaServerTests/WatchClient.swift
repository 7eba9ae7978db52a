import Beehive
import Glibc

@testable import MetaServer

/// One watch over a socket of its own: takes what is there without waiting, and cuts it into events.
struct WatchClient {
    /// Closed with the last who has it: another socket must not take the number of one that is still closed by somebody.
    private final class Connection {
        let wire: Wire
        init(_ wire: Wire) { self.wire = wire }
        deinit { wire.close() }
    }

    /// An event, as far as it is looked at.
    struct Told {
        let type: String
        let revision: Int64
    }

    private let connection: Connection
    private var raw: [UInt8] = []
    private var body: [UInt8] = []
    /// The answer's head, once it is there.
    private(set) var head = ""
    /// The answer ended as it should.
    private(set) var isWhole = false
    /// Nothing more comes.
    private(set) var isOver = false
    /// The events, in the order in which they came.
    private(set) var told: [Told] = []
    /// The lines that nobody has taken.
    private(set) var lines: [[UInt8]] = []
    /// Whether lines are kept, not only looked at.
    var keepsLines = false

    /// Begins a watch.
    init(_ socket: String, _ target: String) throws {
        connection = Connection(try Wire(path: socket))
        connection.wire.send("GET \(target) HTTP/1.1\r\nHost: node\r\n\r\n")
    }

    func close() { shutdown(connection.wire.descriptor, CInt(SHUT_RDWR)) }

    /// The newest revision that it was told.
    var revision: Int64 { told.last?.revision ?? 0 }

    /// Gives the lines that came.
    mutating func takeLines() -> [[UInt8]] {
        defer { lines = [] }
        return lines
    }

    /// Takes what is there.
    mutating func pull() {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !isOver {
            let count = recv(connection.wire.descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN || errno == EINTR { return }
            guard count > 0 else {
                isOver = true
                return
            }
            raw += buffer[..<count]
            unwrap()
        }
    }

    private mutating func unwrap() {
        if head.isEmpty {
            guard let end = Self.find("\r\n\r\n", in: raw, from: 0) else { return }
            head = String(decoding: raw[..<end], as: UTF8.self)
            raw.removeFirst(end + 4)
        }
        guard head.contains("chunked") else {
            body += raw
            return
        }
        var place = 0
        while let end = Self.find("\r\n", in: raw, from: place) {
            guard let size = Int(String(decoding: raw[place..<end], as: UTF8.self), radix: 16),
                raw.count >= end + 2 + size + 2
            else { break }
            if size == 0 { (isWhole, isOver) = (true, true) }
            body += raw[end + 2..<end + 2 + size]
            place = end + 2 + size + 2
        }
        raw.removeFirst(place)
        cut()
    }

    private mutating func cut() {
        var place = 0
        while let end = Self.find("\n", in: body, from: place) {
            let line = Array(body[place..<end])
            told.append(Told(type: Self.text(behind: "\"type\":\"", in: line), revision: Self.revision(in: line)))
            if keepsLines { lines.append(line) }
            place = end + 1
        }
        body.removeFirst(place)
    }

    private static func revision(in line: [UInt8]) -> Int64 {
        Int64(text(behind: "\"resourceVersion\":\"", in: line)) ?? -1
    }

    private static func text(behind mark: String, in line: [UInt8]) -> String {
        guard let start = find(mark, in: line, from: 0) else { return "" }
        let text = line[(start + mark.utf8.count)...]
        return String(decoding: text.prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }

    /// Where some text begins; by the C library, since a loop over megabytes takes long in a debug build.
    private static func find(_ text: String, in bytes: [UInt8], from start: Int) -> Int? {
        let wanted = Array(text.utf8)
        return bytes.withUnsafeBytes { all -> Int? in
            guard let base = all.baseAddress else { return nil }
            var place = start
            while place + wanted.count <= all.count,
                let found = memchr(base + place, CInt(wanted[0]), all.count - wanted.count + 1 - place)
            {
                place = base.distance(to: UnsafeRawPointer(found))
                if memcmp(found, wanted, wanted.count) == 0 { return place }
                place += 1
            }
            return nil
        }
    }
}
