internal import Beehive

/// The key of a service account token: KubeEdge's text over the TokenRequest, which names a shape of request.
enum TokenKey {
    /// The key for a request, made from the request itself (`messages.md`, section 1).
    ///
    /// - Parameters:
    ///   - name: the service account.
    ///   - namespace: its namespace.
    ///   - request: the TokenRequest that asks.
    /// - Returns: the key.
    static func key(name: String, namespace: String, request: Content) -> String {
        // An unreadable request has the key of an empty one, as in Go.
        let spec = (try? JSONValue(parsing: request.json))?["spec"] ?? .null
        return key(name: name, namespace: namespace, spec: spec)
    }

    static func key(name: String, namespace: String, spec: JSONValue) -> String {
        let audiences: String
        if case .array(let list)? = spec["audiences"] {
            audiences = "[]string{\(list.map { quote($0.text ?? "") }.joined(separator: ", "))}"
        } else {
            audiences = "[]string(nil)"
        }
        let expiration = spec["expirationSeconds"]?.integer ?? 0
        let bound = spec["boundObjectRef"] ?? .null
        func part(_ key: String) -> String { quote(bound[key]?.text ?? "") }
        let reference =
            "v1.BoundObjectReference{Kind:\(part("kind")), APIVersion:\(part("apiVersion")), "
            + "Name:\(part("name")), UID:\(part("uid"))}"
        return "\(quote(name))/\(quote(namespace))/\(audiences)/\(expiration)/\(reference)"
    }

    /// KubeEdge 1.23's own key for the same token: made from the answer, in which the audiences are filled in.
    ///
    /// - Parameters:
    ///   - name: the service account.
    ///   - namespace: its namespace.
    ///   - request: the TokenRequest that asks.
    /// - Returns: the text that such a key starts with, when the request names no audience of its own.
    static func prefixOfAnswerKeys(name: String, namespace: String, request: Content) -> String? {
        let spec = (try? JSONValue(parsing: request.json))?["spec"] ?? .null
        if case .array(let list)? = spec["audiences"], !list.isEmpty { return nil }
        return "\(quote(name))/\(quote(namespace))/[]string{"
    }

    /// Go's `%q` of a text, for the characters that names hold.
    private static func quote(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case "\r": out += "\\r"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
