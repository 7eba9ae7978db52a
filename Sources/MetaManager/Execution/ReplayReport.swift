internal import Beehive

/// What a replay came to: decisions, and where it diverged from what was wanted.
public struct ReplayReport: Sendable {
    /// An acknowledgement or answer to a frame of the cloud.
    struct Answer: Hashable, Sendable {
        let parent: String
        let operation: Operation
        let content: Bytes

        init(_ message: Message) {
            parent = message.header.parentID
            operation = message.route.operation
            content = message.content.json
        }
    }

    /// What each message came to, in order.
    public var decisions: [Decision] = []
    /// One line for each divergence; none when all is well.
    public private(set) var divergences: [String] = []
    /// Frames that are no messages, by line, and why: skipped, as the link does.
    public var unreadable: [(line: Int, cause: String)] = []
    /// Frames of the cloud.
    public var frames = 0
    /// Frames of the cloud that needed an acknowledgement.
    public var needed = 0
    var recorded: [Answer] = []
    var made: [Answer] = []
    /// Ids of frames that need no acknowledgement.
    var unneeded: Set<String> = []

    /// One line for each decision: when, who, which message, and what it came to; nothing of it moves a cursor.
    public var decisionLines: [String] {
        let skipped = unreadable.map { OneLine.of("line \($0.line): skipped (\($0.cause))", limit: 1000) }
        return skipped
            + decisions.map { decision in
                let what = decision.route.map { "\($0.operation) \($0.resource)" } ?? ""
                let reason = decision.reason.isEmpty ? "" : " (\(decision.reason))"
                return OneLine.of(
                    "\(decision.source) \(decision.id) \(what): \(decision.outcome)\(reason)", limit: 1000)
            }
    }

    /// The last line: how many, and whether all went as wanted.
    public var summary: String {
        let end = divergences.isEmpty ? "no divergence" : "\(divergences.count) divergences"
        let skipped = unreadable.isEmpty ? "" : "\(unreadable.count) frames skipped, "
        return
            "\(skipped)\(frames) frames from the cloud, \(needed) to be acknowledged, \(decisions.count) decisions; \(end)"
    }

    /// Notes a divergence, in one line.
    mutating func diverges(_ text: String) { divergences.append(OneLine.of(text, limit: 1000)) }

    /// Notes where the answers that were made differ from the recorded ones, by parent, operation and content.
    ///
    /// An acknowledgement that the cloud does not need and the recording does not have is no difference: it is ignored.
    mutating func compareAnswers() {
        var counts: [Answer: Int] = [:]
        for answer in made { counts[answer, default: 0] += 1 }
        for answer in recorded { counts[answer, default: 0] -= 1 }
        for (answer, count) in counts.sorted(by: {
            ($0.key.parent, $0.key.operation) < ($1.key.parent, $1.key.operation)
        }) {
            if count < 0 {
                diverges("\(answer.operation) to \(answer.parent) is recorded \(-count) times more than made")
            } else if count > 0, !(unneeded.contains(answer.parent) && answer.operation == .response) {
                diverges("\(answer.operation) to \(answer.parent) is made \(count) times more than recorded")
            }
        }
    }
}
