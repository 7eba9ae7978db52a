public import Beehive

/// What is kept of a frame larger than `edgehub.websocket.max-frame` while the rest is read and thrown away, or of one
/// that cannot be read.
///
/// An unacknowledged frame holds up the node's whole line, and this one will not be smaller next time; so it is acked if
/// its id stood in the first 4 KiB.
public struct OversizeFrame: Sendable {
    /// How much of the frame is kept.
    public static let prefixLimit = 4096

    /// The first bytes of the frame.
    public private(set) var prefix: [UInt8] = []
    /// The frame's bytes so far.
    public private(set) var byteCount = 0

    /// Makes a frame of no bytes.
    public init() {}

    /// Takes a run of the frame's bytes.
    ///
    /// - Parameter bytes: they follow what was taken before.
    public mutating func take(_ bytes: some Collection<UInt8>) {
        byteCount += bytes.count
        let wanted = Self.prefixLimit - prefix.count
        if wanted > 0 { prefix += bytes.prefix(wanted) }
    }

    /// The acknowledgement of the frame.
    ///
    /// - Parameters:
    ///   - id: the acknowledgement's own id.
    ///   - now: the wall clock, in milliseconds since 1970.
    /// - Returns: nil when no `msg_id` was found. The route is the frame's own, as far as it stood in the kept bytes.
    public func ack(id: String, at now: Int64) -> Message? {
        let head = FrameHead(reading: prefix[...])
        guard let parent = head.id else { return nil }
        let route = Route(
            source: ModuleName(head.source), group: ModuleGroup(head.group), operation: .response,
            resource: head.resource)
        return Message(header: Header(id: id, parentID: parent, timestamp: now), route: route, content: .ok)
    }
}

/// The texts of a cut-off frame that an acknowledgement is made of.
private struct FrameHead {
    var id: String?
    var source = ""
    var group = ""
    var resource = ""

    init(reading prefix: Bytes) {
        var found: [String: String] = [:]
        // The text ends in the middle of something, so that the reading always fails in the end; what came before counts.
        prefix.withUnsafeBufferPointer { buffer in
            var scanner = JSONScanner(buffer)
            let _: Void? = try? scanner.object { scanner, key throws(JSONFault) in
                let part = Self.text(scanner, key)
                guard part == "header" || part == "route", scanner.peek() == UInt8(ascii: "{") else {
                    return try scanner.skip(depth: 1)
                }
                try scanner.object { scanner, key throws(JSONFault) in
                    let name = Self.text(scanner, key)
                    guard scanner.peek() == UInt8(ascii: "\"") else { return try scanner.skip(depth: 2) }
                    found["\(part).\(name)"] = Self.text(scanner, try scanner.string())
                }
            }
        }
        if let text = found["header.msg_id"], !text.isEmpty { id = text }
        source = found["route.source"] ?? ""
        group = found["route.group"] ?? ""
        resource = found["route.resource"] ?? ""
    }

    private static func text(_ scanner: JSONScanner, _ range: Range<Int>) -> String {
        String(decoding: JSONText.unescape(Array(scanner.bytes[range])[...]), as: UTF8.self)
    }
}
