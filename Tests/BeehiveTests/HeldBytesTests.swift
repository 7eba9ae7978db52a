import Beehive
import Testing

/// What a message counts for the bounds of queues is about what it keeps alive.
@Suite struct HeldBytesTests {
    /// Where a frame's bulk lies, of which little or nothing is content.
    enum Bulk: String, CaseIterable, CustomTestStringConvertible {
        case blanks, extra, headerExtra, routeExtra, names, id, parent, version, type, destination, group, resource,
            manyExtras, duplicate
        var testDescription: String { rawValue }

        func frame(_ size: Int) -> Bytes {
            let bulk = String(repeating: "x", count: size)
            func frame(header: String = "", route: String = "", rest: String = "", id: String = "m") -> Bytes {
                bytes(
                    #"{"header":{"msg_id":"\#(id)","timestamp":1\#(header)},"route":{"source":"a"\#(route)}"#
                        + #"\#(rest),"content":{"k":1}}"#)
            }
            switch self {
            case .blanks: return frame(rest: String(repeating: " ", count: size))
            case .extra: return frame(rest: #","extra":"\#(bulk)""#)
            case .headerExtra: return frame(header: #","extra":"\#(bulk)""#)
            case .routeExtra: return frame(route: #","extra":"\#(bulk)""#)
            case .names: return frame(rest: #","\#(bulk)":0"#)
            case .id: return frame(id: bulk)
            case .parent: return frame(header: #","parent_msg_id":"\#(bulk)""#)
            case .version: return frame(header: #","resourceversion":"\#(bulk)""#)
            case .type: return frame(header: #","type":"\#(bulk)""#)
            case .destination: return frame(route: #","destination":"\#(bulk)""#)
            case .group: return frame(route: #","group":"\#(bulk)""#)
            case .resource: return frame(route: #","resource":"\#(bulk)""#)
            case .manyExtras: return frame(rest: (0..<1000).map { #","e\#($0)":1"# }.joined())
            case .duplicate: return frame(rest: #","content":"\#(bulk)""#)
            }
        }
    }

    @Test("wherever a frame's bulk lies, it counts, or goes with the frame", arguments: Bulk.allCases)
    func counted(bulk: Bulk) throws {
        let frame = bulk.frame(1 << 18)
        let message = try MessageDecoder().decode(frame)
        let isLetGo = message.content.json.startIndex == 0
        #expect(isLetGo, "the content has bytes of its own")
        switch bulk {
        case .blanks, .duplicate: #expect(message.cost < 1024)
        case .manyExtras: #expect(message.cost > 1000 * 128)
        default: #expect(message.cost > 1 << 18 && message.cost < 1 << 18 + 1024)
        }
    }

    @Test("an ordinary message shares its frame", arguments: [2, 100, 3000, 1 << 20])
    func shares(size: Int) throws {
        let frame = frame(content: #"{"k":"\#(String(repeating: "x", count: size))"}"#)
        let message = try MessageDecoder().decode(frame)
        #expect(message.content.json.startIndex > 0)
        let isSame = frame.withUnsafeBytes { outer in
            message.content.json.withUnsafeBytes { inner in
                inner.baseAddress.map { $0 - (outer.baseAddress ?? $0) } == message.content.json.startIndex
            }
        }
        #expect(isSame)
    }

    @Test("the fields of a content that was copied are found", arguments: ["", " "])
    func sketch(blanks: String) throws {
        let object = #"{"metadata":{"name":"web","resourceVersion":"7"},"kind":"Pod"}"#
        let padding = String(repeating: blanks, count: 5000)
        let message = try MessageDecoder().decode(
            bytes(#"{\#(padding)"content":\#(object),"header":{"msg_id":"m"}}"#))
        let plain = try Content(json: bytes(object))
        #expect(message.content.json == plain.json)
        #expect(message.content.text(message.content.sketch.objectKind) == plain.text(plain.sketch.objectKind))
    }

    @Test("unknown fields are kept up to a number, and have their own bytes")
    func extras() throws {
        for (count, isTaken) in [(1024, true), (1025, false)] {
            let fields = (0..<count).map { #""e\#($0)":[1,"x"]"# }.joined(separator: ",")
            for text in [
                #"{"header":{"msg_id":"m"},\#(fields)}"#, #"{"header":{"msg_id":"m",\#(fields)}}"#,
                #"{"header":{"msg_id":"m"},"route":{\#(fields)}}"#,
            ] {
                let message = try? MessageDecoder().decode(bytes(text))
                #expect((message != nil) == isTaken)
                guard let message else { continue }
                let extras = message.extras + message.header.extras + message.route.extras
                // A slice of the frame would begin further back.
                #expect(extras.count == count && extras.allSatisfy { $0.json.startIndex == 0 })
                #expect(extras.last?.name == "e1023" && extras.last?.json == bytes(#"[1,"x"]"#))
            }
        }
    }
}
