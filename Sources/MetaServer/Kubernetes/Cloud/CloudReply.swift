internal import Beehive
internal import KubeAPI

/// A message that answers one of ours, read before any lock is taken: lists may be megabytes.
enum CloudReply {
    case application(ApplicationAnswer)
    /// The answer to the whole map of watches: those that failed, with why.
    case watches([String: String])
    /// The cloud's own error, from somewhere before the dynamic controller.
    case cloudError(String)
    /// The node's loop did not ask.
    case refused(String)
    case unreadable

    init(_ message: Message) {
        let text = OneLine.of(message.content.string ?? "an error without a text")
        if message.route.operation == .error {
            self = message.route.source.isMetaManager ? .refused(text) : .cloudError(text)
            return
        }
        guard let value = try? JSONValue(parsing: message.content.json), case .object(let members) = value else {
            self = .unreadable
            return
        }
        guard message.route.resource == "watchapp/sync" else {
            self = ApplicationAnswer(content: value).map { .application($0) } ?? .unreadable
            return
        }
        var failed: [String: String] = [:]
        for member in members.prefix(1024) {
            let answer = ApplicationAnswer(content: member.value)
            failed[member.key] = OneLine.of(
                answer?.failure?.message ?? answer?.reason ?? member.value.text ?? "the cloud gave no reason")
        }
        self = .watches(failed)
    }

    /// True for what only a dynamic controller says.
    var isOfController: Bool {
        switch self {
        case .application, .watches, .unreadable: true
        case .cloudError, .refused: false
        }
    }

    /// What it means to a caller.
    var outcome: CloudOutcome {
        switch self {
        case .application(let answer): CloudOutcome(answer)
        case .cloudError(let text): .failed(text)
        case .refused(let text): .unavailable(.refused(text))
        case .watches, .unreadable: .failed("the cloud's answer cannot be read")
        }
    }
}
