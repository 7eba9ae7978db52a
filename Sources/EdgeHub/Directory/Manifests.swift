public import Beehive
internal import YAMLReader

/// One Kubernetes object out of a file.
public struct Manifest: Sendable, Hashable {
    /// The group and version, such as `apps/v1`.
    public let apiVersion: String
    /// The kind, such as `ConfigMap`.
    public let kind: String
    /// The namespace; empty for kinds that stand outside of namespaces.
    public let namespace: String
    /// The name.
    public let name: String
    /// The whole object; `metadata.namespace` is filled in.
    public let object: JSONValue
    /// The file.
    public let file: String
    /// The line on which the object starts.
    public let line: Int

    /// The resource under which the cloud would send it.
    public var resource: ResourcePath {
        let word = namespace.isEmpty ? ClusterScope.namespaceWord(of: kind) : namespace
        return ResourcePath(namespace: word, type: ResourceType(kind.lowercased()), id: name)
    }
}

/// What is wrong with a manifest, and where.
public struct ManifestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file.
    public let file: String
    /// The line.
    public let line: Int
    /// What is wrong, in one line.
    public let what: String

    /// Place and fault in one line.
    public var description: String { "\(file):\(line): \(what)" }
}

/// Reads manifests: Kubernetes objects in YAML or JSON, as `kubectl apply` takes them.
public struct Manifests: Sendable, Hashable {
    /// The objects, in the order of files and of places in them.
    public private(set) var objects: [Manifest] = []
    /// What could not be read; the rest is good all the same.
    public private(set) var errors: [ManifestError] = []

    /// Reads files; touches no disk.
    ///
    /// - Parameter files: the name and the bytes of each file.
    public init(_ files: [(name: String, bytes: [UInt8])]) {
        var places: [ResourcePath: Manifest] = [:]
        for (file, bytes) in files {
            do throws(YAMLError) {
                for document in try YAMLReader.documents(bytes) where !document.isNull { take(document, file: file) }
            } catch {
                errors.append(ManifestError(file: file, line: error.line, what: error.what))
            }
        }
        objects = objects.filter { manifest in
            guard let first = places[manifest.resource] else {
                places[manifest.resource] = manifest
                return true
            }
            let what = "\(manifest.resource) stands in \(first.file):\(first.line) already: keep one of them"
            errors.append(ManifestError(file: manifest.file, line: manifest.line, what: what))
            return false
        }
    }

    /// Takes an object or each item of a list; lists hold no lists, so that this ends.
    ///
    /// Items of a `PodList` need not name kind and version themselves.
    private mutating func take(
        _ node: YAMLNode, file: String, itemKind: String? = nil, itemVersion: String? = nil, isItem: Bool = false
    ) {
        func text(_ node: YAMLNode?) -> String? { node?.scalar.flatMap { $0.text.isEmpty ? nil : $0.text } }
        let line = node.position.line
        func fail(_ what: String, _ place: YAMLNode? = nil) {
            errors.append(ManifestError(file: file, line: place?.position.line ?? line, what: what))
        }
        guard node.entries != nil else {
            return fail("wants an object with apiVersion and kind, this is \(node.kindWord)")
        }
        guard let kind = text(node["kind"]) ?? itemKind else { return fail("the object has no kind") }
        guard let apiVersion = text(node["apiVersion"]) ?? itemVersion else {
            return fail("\(kind) has no apiVersion", node["kind"])
        }
        if let items = node["items"], kind.hasSuffix("List") {
            guard !isItem else { return fail("a list inside of a list: \(kind)") }
            guard let elements = items.elements else {
                return fail("items of \(kind) is \(items.kindWord), wants a list", items)
            }
            let each = kind == "List" ? nil : String(kind.dropLast(4))
            for item in elements {
                take(item, file: file, itemKind: each, itemVersion: each == nil ? nil : apiVersion, isItem: true)
            }
            return
        }
        guard kind.utf8.allSatisfy({ (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) })
        else {
            return fail("kind '\(kind.prefix(40))' is no name of a kind", node["kind"])
        }
        guard let name = text(node["metadata"]?["name"]) else {
            return fail("\(kind) has no metadata.name", node["metadata"])
        }
        let isCluster = ClusterScope.holds(kind)
        let namespace = isCluster ? "" : text(node["metadata"]?["namespace"]) ?? "default"
        guard !name.contains("/"), !namespace.contains("/") else {
            return fail("\(kind) \(name.prefix(60)): a name holds no '/'", node["metadata"])
        }
        do throws(YAMLError) {
            var object = try JSONValue(node)
            if node["kind"] == nil || node["apiVersion"] == nil {
                let rest = object.members.filter { $0.key != "kind" && $0.key != "apiVersion" }
                object = .object(
                    [JSONMember("apiVersion", JSONValue(text: apiVersion)), JSONMember("kind", JSONValue(text: kind))]
                        + rest)
            }
            guard object["metadata"]?["name"]?.text == name else {
                return fail("\(kind) \(name.prefix(60)): metadata.name is no text: quote it", node["metadata"])
            }
            if !isCluster { object["metadata"]?["namespace"] = JSONValue(text: namespace) }
            objects.append(
                Manifest(
                    apiVersion: apiVersion, kind: kind, namespace: namespace, name: name, object: object, file: file,
                    line: line))
        } catch {
            errors.append(ManifestError(file: file, line: error.line, what: "\(kind) \(name): \(error.what)"))
        }
    }
}
