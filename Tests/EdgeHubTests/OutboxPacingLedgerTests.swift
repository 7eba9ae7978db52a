import EdgeHub
import Testing

@Suite("Outbox pacing: proof by pong")
struct OutboxPacingLedgerTests {
    enum Step: Sendable {
        case sent(Int64)
        case ping(UInt64?)
        case pong(UInt64, [Int64])
        case due(Bool)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let steps: [Step]
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "nothing sent needs no ping", steps: [.due(false)]),
        Row(
            name: "a pong proves what went before its ping",
            steps: [.sent(1), .sent(2), .due(true), .ping(1), .due(false), .pong(1, [1, 2]), .due(false)]),
        Row(
            name: "what goes after the ping waits for the next",
            steps: [.sent(1), .ping(1), .sent(2), .pong(1, [1]), .due(true), .ping(2), .pong(2, [2])]),
        Row(
            name: "a later pong answers earlier pings",
            steps: [.sent(3), .ping(1), .sent(9), .ping(2), .pong(2, [3, 9]), .pong(1, [])]),
        Row(
            name: "a pong that answers no ping proves nothing",
            steps: [.sent(1), .pong(1, []), .ping(1), .pong(7, []), .pong(0, []), .pong(1, [1]), .pong(1, [])]),
        Row(
            name: "an entry sent again is proven by its last sending",
            steps: [.sent(5), .ping(1), .sent(5), .sent(6), .pong(1, []), .ping(2), .pong(2, [5, 6])]),
        Row(
            name: "the order is that of sending, not of places",
            steps: [.sent(9), .sent(2), .sent(4), .ping(1), .pong(1, [9, 2, 4])]),
        Row(name: "a heartbeat's ping proves nothing when nothing was sent", steps: [.ping(1), .pong(1, [])]),
        Row(
            name: "a cloud that answers no ping is not flooded",
            steps: (1...8).map { .ping($0) } + [.ping(nil), .pong(8, []), .ping(9)]),
    ]

    @Test("proves", arguments: rows)
    func proves(row: Row) {
        var ledger = PongLedger()
        for step in row.steps {
            switch step {
            case .sent(let place): ledger.sent(place)
            case .ping(let number): #expect(ledger.ping() == number)
            case .pong(let number, let places): #expect(ledger.pong(number) == places)
            case .due(let isDue): #expect(ledger.isPingDue == isDue)
            }
        }
    }

    @Test("what is proven was read, each place once, and all is proven in the end", arguments: 0..<60 as Range<UInt64>)
    func property(seed: UInt64) throws {
        // The model: a wire whose other end reads in order and answers each ping, or only the newest it read.
        enum Wire {
            case frame(Int64)
            case ping(UInt64)
        }
        var random = SeededRandom(seed: seed)
        var ledger = PongLedger()
        var wire: [Wire] = []
        var answers: [UInt64] = []
        var read: [Int64] = []
        var proven: [Int64] = []
        for place in 1...300 as ClosedRange<Int64> {
            ledger.sent(place)
            wire.append(.frame(place))
            if ledger.isPingDue || Int.random(in: 0..<10, using: &random) == 0, let ping = ledger.ping() {
                wire.append(.ping(ping))
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) where !wire.isEmpty {
                switch wire.removeFirst() {
                case .frame(let place): read.append(place)
                case .ping(let ping):
                    if Bool.random(using: &random) { answers = [] }
                    answers.append(ping)
                }
            }
            if Int.random(in: 0..<4, using: &random) == 0 {
                for answer in answers { proven += ledger.pong(answer) }
                answers = []
                #expect(proven.elementsEqual(read.prefix(proven.count)), "seed \(seed)")
            }
        }
        for answer in answers { proven += ledger.pong(answer) }
        for case .ping(let ping) in wire { proven += ledger.pong(ping) }
        if let last = ledger.ping() { proven += ledger.pong(last) }
        #expect(proven == Array(1...300), "seed \(seed)")
        #expect(ledger.unconfirmed == 0)
    }
}
