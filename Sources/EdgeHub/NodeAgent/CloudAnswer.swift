internal import Beehive
internal import MetaManager

/// An answer to the node agent, read for what it means.
enum CloudAnswer: Hashable {
    /// The object itself, or the one of an ObjectResp.
    case object(JSONValue)
    /// The text `OK`.
    case done
    /// The cloud said no, with Kubernetes' word for why.
    case refused(reason: String, message: String)
    /// No word of the cloud: the link is down, it took too long, or its text is all there is.
    case failed(String)

    init(_ message: Message) {
        guard message.route.operation == .response else {
            self = .failed(message.content.string ?? "an error without a text")
            return
        }
        guard !message.header.extras.contains(where: { $0.name == "stale" }) else {
            self = .failed("the cloud has not answered; what is stored may be old")
            return
        }
        switch message.content.kind {
        case .string:
            let text = message.content.string ?? ""
            self = text == "OK" ? .done : .refused(reason: "", message: text)
        case .array:
            self = SimulatedEdged.objects(in: message.content).first.map { .object($0) } ?? .failed("nothing is stored")
        case .object:
            guard let value = try? JSONValue(parsing: message.content.json) else {
                self = .failed("an answer that cannot be read")
                return
            }
            self = Self.read(value)
        default: self = .failed("an empty answer")
        }
    }

    private static func read(_ value: JSONValue) -> CloudAnswer {
        let error = value["Err"] ?? .null
        if let status = value["ErrStatus"] ?? error["ErrStatus"] {
            return .refused(reason: status["reason"]?.text ?? "", message: status["message"]?.text ?? "")
        }
        guard error == .null else { return .refused(reason: "", message: "an error whose text was lost") }
        let object = value["Object"] ?? value
        return object["metadata"] == nil ? .failed("an answer without an object") : .object(object)
    }

    /// One line for people.
    var problem: String {
        switch self {
        case .object, .done: "an answer of another kind than was asked for"
        case .refused(let reason, let message):
            // The cloud's own words: cut, and never more than a line.
            switch (reason.isEmpty, message.isEmpty) {
            case (true, true): "the cloud refused it without a reason"
            case (true, false): OneLine.of(message)
            default: OneLine.of("\(reason): \(message)")
            }
        case .failed(let text): OneLine.of(text)
        }
    }
}
