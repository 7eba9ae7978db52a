internal import Beehive

/// A request, before it is sent.
struct APICall: Sendable {
    var method = "GET"
    var path: String
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body: Bytes = []
    /// What errors name.
    var what: String

    /// Path and query, escaped.
    var target: String {
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\($0.name)=\(Self.escape($0.value))" }.joined(separator: "&")
    }

    private static let hex = Array("0123456789ABCDEF".utf8)

    static func escape(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                out.append(byte)
            default: out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// A whole answer that is no refusal.
struct APIAnswer: Sendable {
    let head: ExchangeHead
    let body: JSONValue
}
