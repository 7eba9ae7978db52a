internal import Beehive
internal import MetaManager

/// What became of one question.
enum ResyncOutcome: Hashable {
    /// The cloud gave it.
    case answered
    /// It was stored already.
    case kept
    /// The cloud does not have it.
    case notFound
    /// It did not come, and why.
    case failed(String)

    init(_ answer: Message) {
        let extras = answer.header.extras
        if extras.contains(where: { $0.name == "stale" }) {
            self = .failed("the cloud has not answered in time; the stored copy stays")
        } else if answer.route.operation != .response {
            let text = answer.content.string ?? "an error without a text"
            // The reason stands first in what a status error became on its way (messages.md, section 5).
            self = text.hasPrefix("NotFound:") ? .notFound : .failed(text)
        } else if extras.contains(where: { $0.name == "origin" }) {
            self =
                SimulatedEdged.objects(in: answer.content).isEmpty && answer.content.kind == .array ? .notFound : .kept
        } else {
            switch CloudAnswer(answer) {
            case .refused("NotFound", _): self = .notFound
            case .refused(_, let message) where answer.content.kind != .string: self = .failed(message)
            case .failed(let text): self = .failed(text)
            // The cluster's authority is a text.
            case .object, .done, .refused: self = .answered
            }
        }
    }
}

extension ResyncReport {
    /// Counts what became of one question.
    mutating func count(_ outcome: ResyncOutcome, of key: String) {
        asked += 1
        switch outcome {
        case .answered: answered += 1
        case .kept: kept += 1
        case .notFound:
            notFound += 1
            if missing.count < Self.listed { missing.append(key) }
        case .failed(let cause):
            failed += 1
            if failures.count < Self.listed { failures.append(Failure(key: key, cause: cause)) }
        }
    }
}
