import Beehive
import TestKit
import Testing

extension WireFixtures {
    /// The frame of a line, byte for byte: the recorder's line is read as a message whose unknown fields are kept raw.
    static func frame(_ line: Bytes) throws -> Bytes? {
        let wrapped = bytes(#"{"header":{"msg_id":"line"},"line":"#) + line + bytes("}")
        let outer = try MessageDecoder().decode(bytes(text(wrapped)))
        let field = try #require(outer.extras.first).json
        // A line is an object too: with an id in front it is a message with the frame among its unknown fields.
        let inner = bytes(#"{"header":{"msg_id":"line"},"#) + field.dropFirst()
        return try MessageDecoder().decode(Bytes(inner)).extras.first { $0.name == "frame" }?.json
    }
}

@Suite("Recorded traffic")
struct WireFixtureTests {
    @Test("every frame decodes, and encodes again byte for byte", arguments: WireFixtures.names)
    func identity(name: String) throws {
        let lines = try WireFixtures.lines(name)
        #expect(!lines.isEmpty)
        for (number, line) in lines.enumerated() {
            let value = try JSONValue(parsing: line)
            guard let raw = try WireFixtures.frame(line) else { continue }
            guard let tree = value["frame"], !tree.members.isEmpty else { continue }
            // The recording of bad handshakes sends frames that are none, on purpose.
            if tree["header"]?["msg_id"] == nil {
                #expect(name == "16-bad-handshakes")
                let error = #expect(throws: DecodeError.self) { try MessageDecoder().decode(raw) }
                #expect(error?.code == .noID)
                continue
            }
            let message = try MessageDecoder().decode(raw)
            #expect(text(MessageEncoder.encode(message)) == text(raw), "\(name), line \(number + 1)")
            #expect(tree["header"]?["msg_id"]?.text == message.id)
            #expect(tree["route"]?["resource"]?.text ?? "" == message.route.resource)
            #expect(message.extras.isEmpty && message.header.extras.isEmpty && message.route.extras.isEmpty)
            // The sketch sees what the tree sees.
            let content = tree["content"]
            #expect(message.content.text(message.content.sketch.uid) == content?["metadata"]?["uid"]?.text)
            #expect(
                message.content.text(message.content.sketch.resourceVersion)
                    == content?["metadata"]?["resourceVersion"]?.text)
            #expect(
                message.content.bytes(message.content.sketch.object).map(text)
                    == content?["Object"].map { text($0.json) })
        }
    }

    @Test("the recordings hold frames of both directions")
    func notEmpty() throws {
        let frames = try WireFixtures.names.flatMap {
            try WireFixtures.lines($0).compactMap { try WireFixtures.frame($0) }
        }
        #expect(frames.count > 150)
    }
}
