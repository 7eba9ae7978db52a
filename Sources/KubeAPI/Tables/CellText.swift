import Beehive

/// Texts that several kinds' cells are made of.
enum CellText {
    static let none = "<none>"

    /// Texts joined by commas; a word for none of them.
    static func joined(_ texts: [String], or word: String = none) -> String {
        texts.isEmpty ? word : texts.joined(separator: ",")
    }

    /// At most three texts, and how many more there are.
    static func few(_ texts: [String], or word: String) -> String {
        texts.count > 3
            ? "\(texts.prefix(3).joined(separator: ",")) + \(texts.count - 3) more..." : joined(texts, or: word)
    }

    /// Labels or a plain selector: `a=b,c=d`.
    static func labels(_ view: ObjectView) -> String { joined(terms(view)) }

    /// A selector with `matchLabels` and `matchExpressions`.
    static func selector(_ view: ObjectView) -> String {
        var found = view["matchLabels"].members.map { (key: $0.key, term: "\($0.key)=\($0.value.text ?? "")") }
        for expression in view["matchExpressions"].elements {
            let key = expression["key"].text
            let values = expression["values"].elements.map(\.text).sorted().joined(separator: ",")
            switch expression["operator"].text {
            case "In": found.append((key, "\(key) in (\(values))"))
            case "NotIn": found.append((key, "\(key) notin (\(values))"))
            case "Exists": found.append((key, key))
            case "DoesNotExist": found.append((key, "!\(key)"))
            default: return "<error>"
            }
        }
        return joined(found.sorted { $0.key < $1.key }.map(\.term))
    }

    private static func terms(_ view: ObjectView) -> [String] {
        view.members.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text ?? "")" }
    }

    /// The names and the images of a pod template's containers.
    static func containers(_ podSpec: ObjectView) -> [JSONValue] {
        let containers = podSpec["containers"].elements
        return ["name", "image"].map { key in
            JSONValue(text: containers.map { $0[key].text }.joined(separator: ","))
        }
    }

    /// Access modes of a volume, in kubectl's letters and order.
    static func accessModes(_ view: ObjectView) -> String {
        let modes = Set(view.elements.map(\.text))
        let known = [
            ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP"),
        ]
        return known.filter { modes.contains($0.0) }.map(\.1).joined(separator: ",")
    }

    /// The storage class of a volume or a claim; the old annotation counts first.
    static func storageClass(_ object: PrintedObject) -> String {
        object.metadata["annotations"]["volume.beta.kubernetes.io/storage-class"]
            .text(or: object.spec["storageClassName"].text)
    }

    /// The addresses of load balancers.
    static func ingress(_ view: ObjectView) -> [String] {
        let found = view["ingress"].elements.map { $0["ip"].text(or: $0["hostname"].text) }
        return Set(found.filter { !$0.isEmpty }).sorted()
    }

    /// An address with its port; IPv6 in brackets.
    static func address(_ ip: String, port: Int) -> String {
        ip.utf8.contains(UInt8(ascii: ":")) ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }

    /// A truth value as kubectl's tables write it.
    static func flag(_ view: ObjectView) -> String {
        view.isPresent ? (view.isTrue ? "True" : "False") : "<unset>"
    }

    static let containerColumns: [TableColumn] = [
        .wide("Containers", "The names of the template's containers."),
        .wide("Images", "The images of the template's containers."),
    ]
    static let selectorColumn = TableColumn.wide("Selector", "The labels of the pods that are meant.")
}
