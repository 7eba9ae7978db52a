package import Beehive

/// Objects of this API and of the cloud's: what has to come off before one is sent up, and whether two say the same.
package enum SentObject {
    /// What the annotations of this program start with; no cloud sees them.
    package static let annotationPrefix = "metamanager/"

    /// The object as the cloud is to get it.
    ///
    /// - Parameters:
    ///   - object: the object as a client, or a pending write, has it.
    ///   - verb: what the cloud is asked to do.
    ///   - version: the cloud's version that must still stand; empty for whichever does.
    /// - Returns: the object without annotations of this program, and without what only the cloud gives.
    package static func make(_ object: JSONValue, for verb: PendingWrite.Verb, version: String) -> JSONValue {
        var object = withoutOwnAnnotations(object)
        guard var metadata = object["metadata"] else { return object }
        metadata["resourceVersion"] = version.isEmpty ? Optional<JSONValue>.none : JSONValue(text: version)
        if verb == .create {
            for name in ["uid", "creationTimestamp", "generation", "managedFields", "selfLink"] {
                metadata[name] = Optional<JSONValue>.none
            }
        }
        object["metadata"] = metadata
        return object
    }

    /// An object without the annotations of this program; without any, `annotations` goes too.
    ///
    /// - Parameter object: the object.
    /// - Returns: the object itself when it has none of them.
    package static func withoutOwnAnnotations(_ object: JSONValue) -> JSONValue {
        guard var metadata = object["metadata"], let annotations = metadata["annotations"] else { return object }
        let kept = annotations.members.filter { !$0.key.hasPrefix(annotationPrefix) }
        guard kept.count < annotations.members.count else { return object }
        metadata["annotations"] = kept.isEmpty ? Optional<JSONValue>.none : .object(kept)
        var object = object
        object["metadata"] = metadata
        return object
    }

    /// Whether the cloud's object already says what was wanted.
    ///
    /// - Parameters:
    ///   - wanted: the object as it was sent.
    ///   - cloud: the cloud's object.
    ///   - subresource: `status` when only that was sent.
    /// - Returns: true when nothing is lost by taking the cloud's.
    package static func isSame(_ wanted: JSONValue, _ cloud: JSONValue, subresource: String) -> Bool {
        if subresource == "status" { return (wanted["status"] ?? .null).says(cloud["status"] ?? .null) }
        return comparable(wanted).says(comparable(cloud))
    }

    /// What clients decide of an object: all but what the API server fills in.
    private static func comparable(_ object: JSONValue) -> JSONValue {
        let object = withoutOwnAnnotations(object)
        var members = object.members.filter { !["metadata", "status", "apiVersion", "kind"].contains($0.key) }
        let metadata = object["metadata"] ?? .null
        for name in ["labels", "annotations", "finalizers", "ownerReferences"] {
            if let value = metadata[name], !value.isEmptyValue { members.append(JSONMember("metadata.\(name)", value)) }
        }
        return .object(members)
    }
}

extension JSONValue {
    /// True for null and for what has no members or elements: Kubernetes leaves such fields out.
    fileprivate var isEmptyValue: Bool { self == .null || self == .object([]) || self == .array([]) }

    /// The object's `metadata.resourceVersion`; empty when absent.
    package var resourceVersion: String { self["metadata"]?["resourceVersion"]?.text ?? "" }
    /// The object's `metadata.uid`; empty when absent.
    package var uid: String { self["metadata"]?["uid"]?.text ?? "" }
}
