internal import Beehive
internal import MetaManager
internal import MetaStore
internal import TestKit

/// Frames on lines, from the cloud and from modules in turn, and what the planner makes of them; lists among them.
enum PlannerTarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        var bench = PlanBench()
        bench.connect()
        for line in Bytes(bytes).split(separator: 0x0A, maxSplits: 15) {
            // The first byte says who speaks, and whether the rest is a frame, or the content of a list or an answer.
            guard let first = line.first else { continue }
            let rest = line.dropFirst()
            var message: Message
            switch first {
            case UInt8(ascii: "l"), UInt8(ascii: "e"):
                guard let content = try? Content(json: rest) else { continue }
                let type = first == UInt8(ascii: "l") ? "servicelist" : "endpointslist"
                message = Message(
                    header: Header(id: "l", timestamp: 1),
                    route: Route(
                        source: .edgeController, group: .resource, operation: .update, resource: "ns/\(type)/x"),
                    content: content)
            default:
                guard let frame = try? MessageDecoder().decode(rest) else { continue }
                message = frame
            }
            let isLocal = first == UInt8(ascii: "m")
            // The socket lets no other name through.
            if isLocal { message.route.source = .edged }
            let plan = bench.feed(isLocal ? .fromModule(message, PlanBench.edged) : .fromCloud(message))
            try check(plan)
            try check(bench.send())
            if first == UInt8(ascii: "t") { try check(bench.wait(.seconds(61))) }
        }
        for (key, row) in bench.store.rows {
            try expect(!key.isEmpty && !row.value.isEmpty, "what is stored has a key and a value")
        }
    }

    private static func check(_ plan: Plan) throws { try check(PlanBench.frames(plan)) }

    private static func check(_ frames: [Message]) throws {
        for message in frames {
            let frame = MessageEncoder.encode(message)
            try expect((try? MessageDecoder().decode(frame[...])) != nil, "what is sent is a message")
        }
    }
}
