/// Which messages of a window are under way, and how long those took that were answered; a pure value.
///
/// Each message has to be answered once and rightly: whatever else comes under its number is counted as wrong.
struct LoadLedger: Sendable {
    private let first: Int
    private let inFlight: Int
    /// When each message was written; 0 once it is answered.
    private var written: [UInt64]
    private var sent = 0
    /// Nanoseconds from the writing to the answer, in the order of the answers.
    private(set) var latencies: [UInt64] = []
    /// Answers that were no right ones, or came without a question, or again.
    private(set) var wrong = 0
    /// What the first wrong one was.
    private(set) var firstWrong: String?
    private var begun: UInt64 = 0
    private var ended: UInt64 = 0

    /// A window of messages that are numbered in a row.
    init(first: Int, count: Int, inFlight: Int) {
        self.first = first
        self.inFlight = inFlight
        written = [UInt64](repeating: 0, count: count)
        latencies.reserveCapacity(count)
    }

    var count: Int { written.count }
    /// Messages that were written and not answered.
    var underWay: Int { sent - answered }
    var isDone: Bool { answered == count }
    /// Messages that no answer came for, those never sent among them.
    var missing: Int { count - answered }
    private(set) var answered = 0
    /// From the first writing to the last answer, in nanoseconds.
    var taken: UInt64 { ended - begun }

    /// Whether a message may be written now.
    var mayGoOn: Bool { sent < count && underWay < inFlight }

    /// Takes the next message to be written.
    ///
    /// - Parameter now: when it is written.
    /// - Returns: its place in the window; nil when all are under way that may be.
    mutating func next(now: UInt64) -> Int? {
        guard mayGoOn else { return nil }
        if sent == 0 { begun = now }
        written[sent] = now
        sent += 1
        return sent - 1
    }

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - number: the message answered.
    ///   - fault: why it is no right one; nil for a right one.
    ///   - now: when it had been read.
    mutating func answer(to number: Int, fault: String?, now: UInt64) {
        let place = number - first
        guard written.indices.contains(place), written[place] > 0 else {
            return note("an answer to message \(number), which was not under way")
        }
        if let fault { note(fault) }
        latencies.append(now - written[place])
        written[place] = 0
        answered += 1
        ended = now
    }

    private mutating func note(_ fault: String) {
        wrong += 1
        if firstWrong == nil { firstWrong = fault }
    }
}
