internal import Beehive

/// Patches as the API server applies them, as far as status reports need it.
///
/// Written apart from MetaManager's own: it stands for the other side, where a fault of ours must show.
enum StrategicMerge {
    /// Lists whose elements are known by a key; others are replaced whole.
    private static let keys = ["conditions": "type", "addresses": "type", "podIPs": "ip", "volumes": "name"]

    /// A strategic merge patch.
    static func strategic(_ base: JSONValue?, _ patch: JSONValue) -> JSONValue {
        guard case .object(let members) = patch else { return patch }
        if patch["$patch"]?.text == "replace" {
            return .object(members.filter { $0.key != "$patch" })
        }
        var result = start(base)
        for member in members {
            // What orders or retains elements changes nothing that a node reads.
            if member.key.hasPrefix("$") { continue }
            switch member.value {
            case .null: result[member.key] = nil
            case .array(let elements):
                if let key = keys[member.key] {
                    result[member.key] = .array(list(result[member.key]?.elements ?? [], elements, by: key))
                } else {
                    result[member.key] = member.value
                }
            default: result[member.key] = strategic(result[member.key], member.value)
            }
        }
        return result
    }

    private static func list(_ base: [JSONValue], _ patch: [JSONValue], by key: String) -> [JSONValue] {
        var result = base
        for element in patch {
            let directive = element["$patch"]?.text
            if directive == "replace" { return patch.filter { $0["$patch"] == nil } }
            let index = result.firstIndex { $0[key] != nil && $0[key] == element[key] }
            if directive == "delete" {
                if let index { result.remove(at: index) }
            } else if let index {
                result[index] = strategic(result[index], element)
            } else {
                result.append(element)
            }
        }
        return result
    }

    /// A JSON merge patch (RFC 7386).
    static func plain(_ base: JSONValue?, _ patch: JSONValue) -> JSONValue {
        guard case .object(let members) = patch else { return patch }
        var result = start(base)
        for member in members {
            if member.value == .null {
                result[member.key] = nil
            } else {
                result[member.key] = plain(result[member.key], member.value)
            }
        }
        return result
    }

    private static func start(_ base: JSONValue?) -> JSONValue {
        if let base, case .object = base { return base }
        return .object([])
    }
}
