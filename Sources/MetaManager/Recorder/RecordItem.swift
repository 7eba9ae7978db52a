internal import Beehive
internal import MetaStore

/// What the loop hands to the recorder, by reference: nothing is written or copied on the loop's thread.
enum RecordItem: Sendable {
    /// All that the planner knows, before the next batch.
    case checkpoint(Planner, depth: OutboxDepth, at: Moment, revision: Int64)
    /// A batch that was committed.
    case batch(RecordedBatch)
    /// Rows that were evicted.
    case forgot([String], revision: Int64)
    /// The store could not take an input: what the planner knows from here on is not recorded.
    case failed(String)
}

/// A committed batch with all that its decisions depended on.
struct RecordedBatch: Sendable {
    let now: Moment
    /// The store's revision before the batch, and after it.
    let revision: Int64
    let newRevision: Int64
    let inputs: [Input]
    let plans: [Plan]
    let readings: [Reading]
    let marks: [Int]

    /// About how many bytes it keeps alive.
    var size: Int {
        var size = 0
        for input in inputs { size += input.size + 512 }
        for reading in readings { size += reading.size }
        return size
    }
}

/// Writes items as lines of JSON; used by the recorder's thread alone.
struct RecordLines {
    /// The form of the lines, told in the first one; a reader refuses a higher one.
    static let format = 1
    /// The longest line that is written.
    static let lineLimit = 256 << 10

    private let redaction: Redaction
    private let build: String
    private var known = KnownRows()
    private var text = RecordText()
    private var start: Int64 = 0
    /// The revision that the last batch left.
    private var revision: Int64?

    init(build: String, redaction: Redaction = Redaction()) {
        self.build = build
        self.redaction = redaction
    }

    /// The first line of a file.
    mutating func header(number: Int, wall: Int64) -> [UInt8] {
        start = wall
        text.removeAll()
        text.open("{")
        text.key("record")
        text.open("{")
        text.key("format")
        text.number(Self.format)
        text.member("build", build)
        text.key("number")
        text.number(number)
        text.key("wall")
        text.number(wall)
        text.close("}")
        text.close("}")
        return text.bytes
    }

    /// Writes an item.
    ///
    /// - Parameters:
    ///   - item: the item.
    ///   - emit: gets each line, without its end.
    /// - Returns: false when a line was too long, so that what follows cannot be replayed before the next checkpoint.
    mutating func write(_ item: RecordItem, _ emit: ([UInt8]) -> Void) -> Bool {
        switch item {
        case .checkpoint(let planner, let depth, let now, let revision):
            known = KnownRows()
            self.revision = revision
            begin(now.wall)
            event("checkpoint")
            place(now, revision)
            text.key("planner")
            text.planner(planner, depth: depth, redaction)
            return end(emit)
        case .forgot(let keys, let newRevision):
            for key in keys { known.forget(key) }
            begin(start)
            text.member("dir", "event")
            text.key("event")
            text.open("{")
            text.member("what", "evicted")
            text.key("keys")
            text.open("[")
            for key in keys { text.text(key) }
            text.close("]")
            text.close("}")
            // Each eviction has a revision; those of a batch are in its own already.
            if let known = revision, known + Int64(keys.count) == newRevision { revision = newRevision }
            return end(emit)
        case .failed(let cause):
            begin(start)
            event("gap", because: cause)
            return end(emit)
        case .batch(let batch): return write(batch, emit)
        }
    }

    private mutating func write(_ batch: RecordedBatch, _ emit: ([UInt8]) -> Void) -> Bool {
        var isWhole = true
        if let revision, revision != batch.revision {
            // An import, a repair: not what the loop has planned.
            known.forgetRows()
            begin(batch.now.wall)
            event("rows changed")
            isWhole = end(emit)
        }
        revision = batch.newRevision
        let isReadable = batch.readings.allSatisfy { if case .unreadable = $0 { false } else { true } }
        if !isReadable {
            emit(gap("the value of a row does not open"))
            isWhole = false
        }
        var mark = 0
        for (index, input) in batch.inputs.enumerated() where index < batch.plans.count && index < batch.marks.count {
            let isLast = index == batch.inputs.count - 1
            begin(batch.now.wall)
            text.input(input, redaction)
            if index == 0 { place(batch.now, batch.revision) }
            text.readings("rows", batch.readings[mark..<batch.marks[index]], &known, redaction)
            mark = batch.marks[index]
            known.note(batch.plans[index])
            if isLast {
                text.readings("sent", batch.readings[mark...], &known, redaction)
                text.key("end")
                text.number(1)
            }
            text.key("did")
            text.decision(batch.plans[index], of: input.message)
            if !end(emit) { isWhole = false }
        }
        return isWhole
    }

    /// A line that says that something is missing here.
    mutating func gap(_ cause: String) -> [UInt8] {
        begin(start)
        event("gap", because: cause)
        text.close("}")
        return text.bytes
    }

    private mutating func begin(_ wall: Int64) {
        text.removeAll()
        text.open("{")
        text.key("t_ms")
        text.number(max(0, wall - start))
    }

    private mutating func event(_ what: String, because cause: String = "") {
        text.member("dir", "event")
        text.key("event")
        text.open("{")
        text.member("what", what)
        text.filled("why", OneLine.of(cause, limit: 500))
        text.close("}")
    }

    private mutating func place(_ now: Moment, _ revision: Int64) {
        text.key("at")
        text.open("[")
        text.number(now.wall)
        text.number(now.ticks)
        text.number(revision)
        text.close("]")
    }

    private mutating func end(_ emit: ([UInt8]) -> Void) -> Bool {
        text.close("}")
        let size = text.bytes.count
        guard size > Self.lineLimit else {
            emit(text.bytes)
            return true
        }
        emit(gap("a record of \(size) bytes is longer than \(Self.lineLimit)"))
        return false
    }
}

extension Input {
    /// The message, of an input that is one.
    var message: Message? {
        switch self {
        case .fromCloud(let message), .fromModule(let message, _): message
        default: nil
        }
    }
}
