package import Beehive

/// Whether the body of a write fits its request and the object that is there, in Kubernetes' words.
package struct WriteValidation: Sendable {
    let request: ResourceRequest
    let kind: KubeKind

    /// Makes a validation.
    package init(_ request: ResourceRequest, kind: KubeKind) {
        self.request = request
        self.kind = kind
    }

    /// What only the API server gives an object: an update keeps it, whatever its body says.
    private static let kept = [
        "uid", "creationTimestamp", "generation", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds",
    ]
    /// What only the API server gives a new object, whatever its body says.
    private static let given = [
        "generation", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields",
    ]
    /// The most bytes of all annotations of an object.
    private static let maximumAnnotations = 256 << 10

    // MARK: Bodies

    /// A new object, with what the request says of it filled in.
    ///
    /// - Parameters:
    ///   - body: the body.
    ///   - suffix: what a generated name ends with.
    /// - Returns: the object as it is to be.
    /// - Throws: a 400 or 422 that names the field.
    package func created(_ body: JSONValue, suffix: String) throws(APIFailure) -> JSONValue {
        var object = try fitted(body)
        try checkTypes(object)
        var metadata = object["metadata"] ?? [:]
        for field in Self.given { metadata[field] = Optional<JSONValue>.none }
        var name = metadata["name"]?.text ?? ""
        if name.isEmpty, let base = metadata["generateName"]?.text, !base.isEmpty {
            name = String(base.prefix(58)) + suffix
            metadata["name"] = JSONValue(text: name)
        }
        if let asked = request.name, !asked.isEmpty, request.subresource == nil, asked != name {
            throw nameMismatch(name, asked)
        }
        guard !name.isEmpty else {
            throw invalid("", "metadata.name", "Required value: name or generateName is required")
        }
        if let fault = Self.fault(inName: name) { throw invalid(name, "metadata.name", "Invalid value: \(fault)") }
        guard metadata["resourceVersion"]?.text ?? "" == "" else {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
        object["metadata"] = metadata
        try checkMetadata(metadata, of: name)
        return object
    }

    /// An object in the place of another, with what clients cannot change taken from that one.
    ///
    /// - Parameters:
    ///   - body: the body, or what a patch made of the current object.
    ///   - current: the object that is there.
    /// - Returns: the object as it is to be.
    /// - Throws: a 400, 409 or 422 that names the field.
    package func updated(_ body: JSONValue, over current: JSONValue) throws(APIFailure) -> JSONValue {
        var object = try fitted(body)
        try checkTypes(object)
        let asked = request.name ?? ""
        let name = object["metadata"]?["name"]?.text ?? ""
        guard !name.isEmpty else { throw .badRequest("the name of the object is missing: name must be provided") }
        guard name == asked else { throw nameMismatch(name, asked) }
        var metadata = object["metadata"] ?? [:]
        let known = current["metadata"] ?? [:]
        let version = metadata["resourceVersion"]?.text ?? ""
        if version.isEmpty || version == "0", kind.isCustom || kind.resource.plural == "leases" {
            throw invalid(name, "metadata.resourceVersion", "Invalid value: 0x0: must be specified for an update")
        }
        if let uid = metadata["uid"]?.text, !uid.isEmpty, uid != current.uid {
            throw conflict(
                name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(current.uid)")
        }
        try checkVersion(version, over: current)
        for field in Self.kept { metadata[field] = known[field] }
        if metadata["managedFields"] == nil, let fields = known["managedFields"] { metadata["managedFields"] = fields }
        if request.subresource == "status" {
            // Of the object itself nothing changes.
            let status = object["status"]
            object = current
            object["status"] = status
            try checkDepth(object)
            return object
        }
        object["metadata"] = metadata
        if kind.subresources.contains("status") { object["status"] = current["status"] }
        try checkDepth(object)
        try checkMetadata(metadata, of: name)
        try checkImmutable(object, over: current, name: name)
        return object
    }

    /// Whether a writer has seen the object that is there.
    ///
    /// - Parameters:
    ///   - version: the `resourceVersion` that the writer has; empty, or 0, for whatever is there.
    ///   - current: the object that is there.
    /// - Throws: a 409 in the words that every client knows.
    package func checkVersion(_ version: String, over current: JSONValue) throws(APIFailure) {
        guard version.isEmpty || version == "0" || version == current.resourceVersion else { throw modified }
    }

    /// Whether the preconditions of DeleteOptions hold.
    ///
    /// - Throws: a 409 that names the one that does not.
    package func checkPreconditions(_ options: JSONValue, over current: JSONValue) throws(APIFailure) {
        guard let conditions = options["preconditions"] else { return }
        let name = request.name ?? ""
        if let uid = conditions["uid"]?.text, uid != current.uid {
            throw conflict(
                name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(current.uid)")
        }
        if let version = conditions["resourceVersion"]?.text, version != current.resourceVersion {
            throw conflict(
                name,
                "Precondition failed: ResourceVersion in precondition: \(version), ResourceVersion in object meta: "
                    + current.resourceVersion)
        }
    }

    // MARK: Refusals

    /// The object has changed since the writer read it.
    package var modified: APIFailure {
        conflict(
            request.name ?? "",
            "the object has been modified; please apply your changes to the latest version and try again")
    }

    /// There is such an object already.
    package func exists(_ name: String) -> APIFailure {
        APIFailure(
            409, reason: "AlreadyExists", "\(kind.resource) \"\(name)\" already exists", details: details(name))
    }

    private func conflict(_ name: String, _ cause: String) -> APIFailure {
        APIFailure(
            409, reason: "Conflict", "Operation cannot be fulfilled on \(kind.resource) \"\(name)\": \(cause)",
            details: details(name))
    }

    private func invalid(_ name: String, _ field: String, _ cause: String) -> APIFailure {
        var details = details(name)
        let group = kind.resource.group
        details["kind"] = JSONValue(text: kind.kind)
        let word = cause.prefix { $0 != ":" }
        let reason =
            switch word {
            case "Required value": "FieldValueRequired"
            case "Forbidden": "FieldValueForbidden"
            default: "FieldValueInvalid"
            }
        details["causes"] = [
            ["reason": JSONValue(text: reason), "message": JSONValue(text: cause), "field": JSONValue(text: field)]
        ]
        let type = group.isEmpty ? kind.kind : "\(kind.kind).\(group)"
        return APIFailure(
            422, reason: "Invalid", "\(type) \"\(OneLine.of(name, limit: 253))\" is invalid: \(field): \(cause)",
            details: details)
    }

    private func details(_ name: String) -> JSONValue {
        var details: JSONValue = ["name": JSONValue(text: name)]
        if !kind.resource.group.isEmpty { details["group"] = JSONValue(text: kind.resource.group) }
        details["kind"] = JSONValue(text: kind.resource.plural)
        return details
    }

    private func nameMismatch(_ name: String, _ asked: String) -> APIFailure {
        .badRequest(
            "the name of the object (\(OneLine.of(name, limit: 253))) does not match the name on the URL (\(asked))")
    }

    // MARK: Fields

    /// An object whose type and namespace are those of the request; absent ones are filled in.
    ///
    /// - Parameter body: the body.
    /// - Returns: the object.
    /// - Throws: a 400 that names the field.
    package func fitted(_ body: JSONValue) throws(APIFailure) -> JSONValue {
        guard case .object = body else { throw .badRequest("the body of the request is no object") }
        try checkDepth(body)
        var object = body
        let version = object["apiVersion"]?.text ?? kind.apiVersion
        guard version == kind.apiVersion else {
            throw .badRequest(
                "the API version in the data (\(OneLine.of(version, limit: 80))) does not match the expected API version "
                    + "(\(kind.apiVersion))")
        }
        let word = object["kind"]?.text ?? kind.kind
        guard word == kind.kind else {
            throw .badRequest(
                "the kind in the data (\(OneLine.of(word, limit: 80))) does not match the expected kind (\(kind.kind))")
        }
        object["apiVersion"] = JSONValue(text: version)
        object["kind"] = JSONValue(text: word)
        guard case .object = object["metadata"] ?? [:] else { throw .badRequest("metadata is no object") }
        var metadata = object["metadata"] ?? [:]
        let namespace = metadata["namespace"]?.text ?? ""
        let asked = kind.isNamespaced ? request.namespace ?? "" : ""
        guard namespace.isEmpty || namespace == asked else {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        if !asked.isEmpty { metadata["namespace"] = JSONValue(text: asked) }
        object["metadata"] = metadata
        return object
    }

    /// A body with the name and the namespace of its request: the cloud goes by those of the body, and the caller was
    /// allowed those of the path.
    ///
    /// - Parameter body: the body.
    /// - Returns: the body, with both filled in.
    /// - Throws: a 400 when the body names another object.
    package func addressed(_ body: JSONValue) throws(APIFailure) -> JSONValue {
        guard case .object = body else { throw .badRequest("the body of the request is no object") }
        guard case .object = body["metadata"] ?? [:] else { throw .badRequest("metadata is no object") }
        var metadata = body["metadata"] ?? [:]
        let asked = request.name ?? ""
        let scope = kind.isNamespaced ? request.namespace ?? "" : ""
        for (field, wanted) in [("name", asked), ("namespace", scope)] {
            guard let given = metadata[field], given != .null else { continue }
            guard let text = given.text else { throw .badRequest("metadata.\(field) is no text") }
            guard text.isEmpty || text.utf8.elementsEqual(wanted.utf8) else {
                if field == "name" { throw nameMismatch(text, asked) }
                throw .badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request")
            }
        }
        metadata["name"] = JSONValue(text: asked)
        if !scope.isEmpty { metadata["namespace"] = JSONValue(text: scope) }
        var object = body
        object["metadata"] = metadata
        return object
    }

    /// What is deeper could be written, but not read again: the write would be lost.
    private func checkDepth(_ object: JSONValue) throws(APIFailure) {
        guard object.isDeeper(than: ObjectDepth.maximum) else { return }
        throw .badRequest("the object is nested deeper than \(ObjectDepth.maximum) levels, more than can be kept")
    }

    /// What is written without the cloud is read by typed clients: one field of another type fails their whole list.
    private func checkTypes(_ object: JSONValue) throws(APIFailure) {
        guard let fault = WrittenTypes.fault(in: object, kind: kind) else { return }
        throw .badRequest(
            "\(kind.kind) in version \"\(kind.apiVersion)\" cannot be handled as a \(kind.kind): \(fault)")
    }

    private func checkMetadata(_ metadata: JSONValue, of name: String) throws(APIFailure) {
        for field in ["labels", "annotations"] {
            guard let map = metadata[field], map != .null else { continue }
            guard case .object(let members) = map, members.allSatisfy({ $0.value.text != nil }) else {
                throw .badRequest("metadata.\(field) has to be an object of texts")
            }
            guard field == "annotations" else { continue }
            let size = members.reduce(0) { $0 + $1.key.utf8.count + ($1.value.text?.utf8.count ?? 0) }
            guard size <= Self.maximumAnnotations else {
                throw invalid(
                    name, "metadata.annotations", "Too long: may not be more than \(Self.maximumAnnotations) bytes")
            }
        }
    }

    /// ConfigMaps and Secrets can say that they never change.
    private func checkImmutable(_ object: JSONValue, over current: JSONValue, name: String) throws(APIFailure) {
        guard kind.resource.group.isEmpty, ["configmaps", "secrets"].contains(kind.resource.plural),
            current["immutable"] == true
        else { return }
        for field in ["immutable", "data", "binaryData"]
        where !(object[field] ?? .null).says(current[field] ?? .null) {
            throw invalid(name, field, "Forbidden: field is immutable when `immutable` is set")
        }
    }

    /// What no name may be: it is a part of paths, and of keys of the store.
    private static func fault(inName name: String) -> String? {
        let wrong =
            "a name has up to 253 lower case letters, digits, '-', '.' and ':', and starts and ends with a letter or digit"
        guard name.utf8.count <= 253, let first = name.utf8.first, let last = name.utf8.last else { return wrong }
        func isPlain(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        let isFine = name.utf8.allSatisfy { byte in
            isPlain(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
        }
        return isFine && isPlain(first) && isPlain(last) ? nil : wrong
    }
}
