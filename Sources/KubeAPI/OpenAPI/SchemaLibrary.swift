/// A type of which objects consist.
struct SchemaType: Equatable, Sendable {
    /// What a value is.
    indirect enum Shape: Equatable, Sendable {
        /// Text, a number or a truth value, in OpenAPI's words; the format may be empty.
        case plain(type: String, format: String)
        /// Anything.
        case any
        /// A named type, by its full name.
        case named(String)
        case list(Shape)
        case map(Shape)
    }

    /// A member of an object.
    struct Field: Equatable, Sendable {
        let name: String
        let isRequired: Bool
        let shape: Shape
        let description: String
        /// `x-kubernetes-patch-strategy`; empty for none.
        let patchStrategy: String
        /// `x-kubernetes-patch-merge-key`; empty for none.
        let patchKey: String
    }

    /// The full name, such as `io.k8s.api.core.v1.Pod`.
    let name: String
    let description: String
    /// What it is when it is no object.
    let value: Shape?
    var fields: [Field]
    /// Group and version of a kind; nil for what only stands inside of kinds.
    let kind: KubeKind.Resource?
    /// The name without the package.
    let shortName: String
}

/// The types that the program knows, by full name.
struct SchemaLibrary: Sendable {
    private(set) var types: [String: SchemaType] = [:]
    /// The full names of kinds, by `group/version kind`.
    private(set) var kinds: [String: String] = [:]

    /// The full name of an object's metadata.
    static let metadata = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
    /// The full name of a quantity such as `100m`.
    static let quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity"
    /// The full name of what is a number or text.
    static let intOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"

    /// Reads the notation of `SchemaText`.
    init(reading texts: [String] = SchemaText.all) {
        for text in texts { read(text) }
    }

    /// The type of a kind; nil when only its name is known.
    func type(of kind: KubeKind) -> SchemaType? { kinds["\(kind.apiVersion) \(kind.kind)"].flatMap { types[$0] } }

    private mutating func read(_ text: String) {
        var prefix = ""
        var apiVersion = KubeKind.Resource(group: "", version: "", plural: "")
        var open: SchemaType?
        for line in text.split(separator: "\n") {
            if line.first == "@" {
                let words = line.dropFirst().split(separator: " ").map(String.init)
                guard words.count >= 2 else { continue }
                prefix = Self.prefix(package: words[0], version: words[1])
                apiVersion.group = words.count > 2 ? words[2] : ""
                apiVersion.version = words[1]
            } else if line.first == " " {
                if let field = Self.field(line, prefix: prefix) { open?.fields.append(field) }
            } else {
                close(open)
                open = type(line, prefix: prefix, apiVersion: apiVersion)
            }
        }
        close(open)
    }

    private mutating func close(_ type: SchemaType?) {
        guard let type else { return }
        types[type.name] = type
        if let kind = type.kind { kinds["\(kind.apiVersion) \(type.shortName)"] = type.name }
    }

    private func type(_ line: Substring, prefix: String, apiVersion: KubeKind.Resource) -> SchemaType {
        let (head, rest) = Self.halves(line, at: ": ")
        let (description, value) = Self.halves(rest, at: " = ")
        let words = head.split(separator: " ")
        let isKind = words.first?.last == "*"
        let name = String(words.first.map { isKind ? $0.dropLast() : $0 } ?? "")
        let base = words.count > 1 ? types[prefix + words[1].dropFirst()]?.fields : nil
        let plain = value.split(separator: " ")
        return SchemaType(
            name: prefix + name, description: String(description),
            value: plain.first.map { word in
                word == "any" ? .any : .plain(type: "string", format: plain.count > 1 ? String(plain[1]) : "")
            },
            fields: base ?? [], kind: isKind ? apiVersion : nil, shortName: name)
    }

    private static func field(_ line: Substring, prefix: String) -> SchemaType.Field? {
        let (head, description) = halves(line, at: ": ")
        let words = head.split(separator: " ")
        guard words.count >= 2 else { return nil }
        let isRequired = words[0].last == "!"
        var strategies: [Substring] = []
        var key: Substring = ""
        if words.count > 2 {
            for (index, word) in words[2].dropFirst().split(separator: ",", omittingEmptySubsequences: false)
                .enumerated()
            {
                switch word {
                case "retain": strategies.append("retainKeys")
                case "replace": strategies.append("replace")
                default:
                    if index == 0 { strategies.append("merge") }
                    key = word
                }
            }
        }
        return SchemaType.Field(
            name: String(isRequired ? words[0].dropLast() : words[0]), isRequired: isRequired,
            shape: shape(words[1], prefix: prefix), description: String(description),
            patchStrategy: strategies.joined(separator: ","), patchKey: String(key))
    }

    private static func shape(_ word: Substring, prefix: String) -> SchemaType.Shape {
        if let opening = word.first, opening == "[" || opening == "{" {
            let inner = shape(word.dropFirst().dropLast(), prefix: prefix)
            return opening == "[" ? .list(inner) : .map(inner)
        }
        if let plain = plainShapes[word] { return plain }
        let parts = word.split(separator: ".")
        guard parts.count == 2 else { return .named(prefix + word) }
        return .named(Self.prefix(package: String(parts[0]), version: "v1") + parts[1])
    }

    private static let plainShapes: [Substring: SchemaType.Shape] = [
        "str": .plain(type: "string", format: ""), "int": .plain(type: "integer", format: "int32"),
        "long": .plain(type: "integer", format: "int64"), "bool": .plain(type: "boolean", format: ""),
        "num": .plain(type: "number", format: "double"), "bytes": .plain(type: "string", format: "byte"),
        "any": .any, "qty": .named(quantity), "intstr": .named(intOrString),
        "time": .named("io.k8s.apimachinery.pkg.apis.meta.v1.Time"),
        "micro": .named("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"),
    ]

    /// How Kubernetes names the types of a package.
    private static func prefix(package: String, version: String) -> String {
        let place =
            switch package {
            case "meta": "io.k8s.apimachinery.pkg.apis.meta"
            case "apiextensions": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions"
            case "apiregistration": "io.k8s.kube-aggregator.pkg.apis.apiregistration"
            default: "io.k8s.api.\(package)"
            }
        return "\(place).\(version)."
    }

    /// What stands before and behind the first such mark; all and nothing when there is none.
    private static func halves(_ text: Substring, at mark: String) -> (Substring, Substring) {
        guard let range = text.firstRange(of: mark) else { return (text, "") }
        return (text[..<range.lowerBound], text[range.upperBound...])
    }
}
