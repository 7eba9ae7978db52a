/// Which lists of an object are merged element by element, and by what: what strategic merge patches need to know of a
/// type.
package struct MergeSchema: Hashable, Sendable {
    /// How a list is patched.
    package enum ListRule: Hashable, Sendable {
        /// It is replaced as a whole.
        case atomic
        /// Element by element, told apart by a field.
        case keyed(String)
        /// As a set of plain values.
        case set
    }

    /// What is known of a field.
    struct Field: Sendable {
        var list: ListRule = .atomic
        /// True for an object that is replaced, not merged.
        var isReplaced = false
        /// The type of the object, or of the list's elements; nil for one without rules of its own.
        var type: String?
    }

    private enum Source: Hashable, Sendable {
        /// Statuses of any kind, by the names of their lists alone.
        case status
        /// A type of the table; empty for one without rules.
        case type(String)
    }

    private var source: Source

    private init(_ source: Source) { self.source = source }

    /// Statuses of any kind: the few lists that reports of a node hold.
    package static let status = MergeSchema(.status)

    /// The schema of a built-in kind.
    ///
    /// - Parameter kind: the kind.
    /// - Returns: nil for custom kinds, of which nobody knows how their lists are meant.
    package static func of(_ kind: KubeKind) -> MergeSchema? {
        guard !kind.isCustom else { return nil }
        let name = "\(kind.resource.group)/\(kind.kind)"
        return MergeSchema(.type(MergeTypes.fields[name] == nil ? "Object" : name))
    }

    /// True where the elements that an order does not name keep their places among the others, as in Kubernetes.
    var keepsPlaces: Bool { source != .status }

    /// How a list is patched.
    package func list(_ field: String) -> ListRule {
        switch source {
        case .status: MergeTypes.statusLists[field].map { .keyed($0) } ?? .atomic
        case .type(let name): MergeTypes.fields[name]?[field]?.list ?? .atomic
        }
    }

    /// True for an object that is replaced, not merged.
    func isReplaced(_ field: String) -> Bool {
        guard case .type(let name) = source else { return false }
        return MergeTypes.fields[name]?[field]?.isReplaced ?? false
    }

    /// The schema of what a field holds.
    package func inner(_ field: String) -> MergeSchema {
        switch source {
        case .status: self
        case .type(let name): MergeSchema(.type(MergeTypes.fields[name]?[field]?.type ?? ""))
        }
    }
}
