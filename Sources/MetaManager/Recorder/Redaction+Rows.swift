internal import Beehive
internal import KubeAPI
internal import MetaStore

/// Rows and applications, whose own members are kept: only of what truly is one.
extension Redaction {
    /// What stands for a row of ours, a pending write or a conflict: it keeps what tells it from others.
    ///
    /// The objects in it are redacted. What is no such row has the same members and elements, and digests for texts.
    func row(_ json: Bytes, type: ResourceType) -> [UInt8] {
        guard let value = try? JSONValue(parsing: json) else { return quoted(digest(json)) }
        let isOurs = type == WriteConflict.type ? WriteConflict(json) != nil : PendingWrite(json: value) != nil
        guard isOurs, case .object(let members) = value else { return Array(redacted(value, at: .top).json) }
        return Array(
            JSONValue.object(
                members.map { member in
                    switch member.key {
                    case "object", "checking": JSONMember(member.key, redacted(member.value, at: .top))
                    case "resource", "namespace", "name", "base", "time", "changed", "steps", "tries", "cloud", "ended":
                        member
                    case "reason": JSONMember(member.key, word(member.value))
                    // In this program's words; the cloud's own may quote what was sent to it.
                    case "problem" where member.value.text == Planner.noAnswer: member
                    default: JSONMember(member.key, redacted(member.value, at: .inside, under: member.key))
                    }
                }
            ).json)
    }

    /// What stands for an application or its answer; nil for what is neither, whatever its members are called.
    func application(_ json: Bytes) -> [UInt8]? {
        guard let value = try? JSONValue(parsing: json), case .object(let members) = value,
            Application(content: value) != nil || ApplicationAnswer(content: value) != nil
        else { return nil }
        return Array(
            JSONValue.object(
                members.map { member in
                    switch member.key {
                    case "Verb" where Application.Verb(rawValue: member.value.text ?? "") != nil: member
                    case "Status" where ApplicationAnswer.Status(rawValue: member.value.text ?? "") != nil: member
                    case "Key", "Nodename", "Subresource", "Timestamp":
                        JSONMember(member.key, name(member.value))
                    case "ReqBody", "RespBody", "Option": JSONMember(member.key, body(member.value))
                    case "Error": JSONMember(member.key, failure(member.value, in: value))
                    default: JSONMember(member.key, redacted(member.value, at: .inside, under: member.key))
                    }
                }
            ).json)
    }

    /// A text that is a name, if it is not too long to be one.
    private func name(_ value: JSONValue) -> JSONValue {
        guard case .string(let text) = value else { return redacted(value, at: .inside) }
        return .string(Bytes(kept(text)))
    }

    /// A word of Kubernetes; anything else is a digest.
    private func word(_ value: JSONValue) -> JSONValue {
        guard case .string = value else { return redacted(value, at: .inside) }
        return .string(Bytes(word(value.json)[...].dropFirst().dropLast()))
    }

    /// An object in base 64.
    private func body(_ value: JSONValue) -> JSONValue {
        guard let text = value.text, let bytes = Base64.decode(Bytes(text.utf8)),
            let object = try? JSONValue(parsing: bytes)
        else { return redacted(value, at: .inside) }
        return .string(Base64.encode(redacted(object, at: .top).json))
    }

    /// A refusal of the API server in an answer.
    ///
    /// Whether it tells of the object itself, or of another thing, is decided by its details.
    ///
    /// - Parameters:
    ///   - value: the refusal.
    ///   - answer: the answer, which tells what was asked.
    /// - Returns: what stands for it.
    private func failure(_ value: JSONValue, in answer: JSONValue) -> JSONValue {
        guard let status = value["ErrStatus"] else { return redacted(value, at: .inside) }
        var kept: [JSONMember] = []
        for member in status.members {
            switch member.key {
            case "status", "reason": kept.append(JSONMember(member.key, word(member.value)))
            case "code" where member.value.json.count < 4: kept.append(member)
            case "message": kept.append(JSONMember(member.key, redacted(member.value, at: .inside)))
            case "details":
                let details = RefusalDetails(of: answer).kept(member.value) { redacted($0, at: .inside) }
                kept.append(JSONMember(member.key, details))
            default: break
            }
        }
        return ["ErrStatus": .object([JSONMember("metadata", [:])] + kept)]
    }
}
