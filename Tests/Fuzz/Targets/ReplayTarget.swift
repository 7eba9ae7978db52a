internal import Beehive
internal import MetaManager
internal import TestKit

/// Recordings of the wire, and their replay on a store of dictionaries.
enum ReplayTarget {
    static func check(_ bytes: UnsafeRawBufferPointer) throws {
        guard let traffic = try? RecordedTraffic(parsing: Bytes(bytes)) else { return }
        var number = 0
        for line in traffic.lines {
            try expect(line.number > number, "lines come in order")
            number = line.number
            try expect((0...RecordedTraffic.longest).contains(line.time), "times lie within the longest recording")
        }
        // A line of a far future would let every timer of the years between run.
        guard traffic.lines.allSatisfy({ $0.time < 600_000 }), traffic.lines.count <= 64 else { return }
        var replay = WireReplay(store: MemoryStore(), start: Moment(wall: 1_800_000_000_000, ticks: 1_000_000_000))
        let report = try replay.run(traffic)
        try expect(report.frames <= traffic.lines.count, "no frame is counted twice")
        for message in replay.sent {
            let frame = MessageEncoder.encode(message)
            try expect((try? MessageDecoder().decode(frame[...])) != nil, "what is sent is a message")
        }
    }
}
