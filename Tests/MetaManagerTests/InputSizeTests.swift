import Beehive
import MetaManager
import TestKit
import Testing

/// What waits for the loop counts with all its texts.
struct InputSizeTests {
    @Test func `an input counts what its message counts, wherever the bulk lies`() {
        var bench = PlanBench()
        let bulk = String(repeating: "x", count: 1 << 16)
        var messages = [bench.message(.edged, .update, bulk), bench.message(.edged, .update, "a/pod/b", "\"\(bulk)\"")]
        var last = bench.message(.edged, .update, "a/pod/b")
        last.header.extras = [ExtraField(name: "extra", json: Bytes(bulk.utf8))]
        messages.append(last)
        for message in messages {
            for input in [Input.fromCloud(message), .fromModule(message, PlanBench.edged)] {
                #expect(input.size > bulk.utf8.count && input.size == message.cost)
            }
        }
    }
}
