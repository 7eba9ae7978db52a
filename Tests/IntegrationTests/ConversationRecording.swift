import Beehive
import TestKit

/// A recorded conversation between a real CloudCore and an edge, with the bytes as they were on the wire.
struct ConversationRecording: Sendable {
    enum Line: Sendable {
        /// A frame of the cloud, and the sizes of its websocket frames if those were recorded.
        case down(Message, bytes: [UInt8], fragments: [Int])
        /// A frame of the edge.
        case up(Message)
        /// What happened beside the frames.
        case event(String)
    }

    let name: String
    let lines: [Line]

    /// Reads one of `Tests/Fixtures/wire`.
    init(_ name: String) throws {
        self.name = name
        lines = try WireFixtures.lines(name).compactMap { text in
            let line = try JSONValue(parsing: text)
            if let event = line["event"]?["what"]?.text { return .event(event) }
            guard let range = JSONMembers.range(of: "frame", in: text),
                let message = try? MessageDecoder().decode(text[range])
            else { return nil }
            guard line["dir"]?.text == "cloud->edge" else { return .up(message) }
            let fragments = (line["fragments"]?.elements ?? []).compactMap(\.integer)
            // CloudCore's encoder ends each message with a line feed.
            return .down(message, bytes: Array(text[range]) + [UInt8(ascii: "\n")], fragments: fragments)
        }
    }

    /// The answer of the cloud to a recorded request; nil where it gave none.
    func answer(to request: Message) -> Message? {
        for case .down(let message, _, _) in lines where message.header.parentID == request.id { return message }
        return nil
    }

    /// The last line on which a frame went either way.
    var lastFrame: Int {
        lines.lastIndex { line in
            if case .event = line { return false }
            return true
        } ?? 0
    }
}

extension Message {
    var tree: JSONValue? { try? JSONValue(parsing: content.json) }

    /// True for a frame that the cloud sends again until it is acked (the protocol page, section 7.2).
    var needsAck: Bool {
        guard route.group == .resource, route.operation != .applicationResponse, route.operation != .error else {
            return false
        }
        if route.operation == .delete { return true }
        guard !header.resourceVersion.isEmpty else { return false }
        guard route.operation == .response else { return true }
        let type = (try? ResourcePath(parsing: route.resource))?.type ?? ""
        let acked: Set<ResourceType> = [
            .configMap, .secret, .persistentVolume, .persistentVolumeClaim, .volumeAttachment,
        ]
        return acked.contains(type) && !content.isOK && tree?["ErrStatus"] == nil
    }

    /// What it is in short, for tables.
    var short: String { "\(route.operation) \(route.resource)" }
}
