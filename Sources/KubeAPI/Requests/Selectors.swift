public import Beehive

/// Which objects are meant, by their labels.
public struct LabelSelector: Hashable, Sendable {
    /// What a label has to be.
    public enum Requirement: Hashable, Sendable {
        /// There, with one of these values.
        case isIn(key: String, values: [String])
        /// Absent, or with none of these values.
        case isNotIn(key: String, values: [String])
        /// There.
        case exists(key: String)
        /// Absent.
        case isAbsent(key: String)
        /// There, a whole number, greater than this.
        case isGreater(key: String, than: Int)
        /// There, a whole number, less than this.
        case isLess(key: String, than: Int)
    }

    /// All have to hold.
    public var requirements: [Requirement]

    /// Makes a selector.
    ///
    /// - Parameter requirements: all have to hold.
    public init(requirements: [Requirement]) { self.requirements = requirements }

    /// Whether an object is meant.
    ///
    /// - Parameter object: the whole object.
    /// - Returns: true when its labels fulfil every requirement.
    public func matches(_ object: JSONValue) -> Bool {
        let labels = object["metadata"]?["labels"] ?? .null
        return requirements.allSatisfy { requirement in
            switch requirement {
            case .isIn(let key, let values): labels[key]?.text.map(values.contains) ?? false
            case .isNotIn(let key, let values): !(labels[key]?.text.map(values.contains) ?? false)
            case .exists(let key): labels[key] != nil
            case .isAbsent(let key): labels[key] == nil
            case .isGreater(let key, let bound): labels[key]?.text.flatMap { Int($0) }.map { $0 > bound } ?? false
            case .isLess(let key, let bound): labels[key]?.text.flatMap { Int($0) }.map { $0 < bound } ?? false
            }
        }
    }
}

/// Which objects are meant, by any of their fields.
public struct FieldSelector: Hashable, Sendable {
    /// What one field has to be.
    public struct Requirement: Hashable, Sendable {
        /// The field, as a path of members joined by dots, such as `status.phase`.
        public var path: String
        /// The value, as text.
        public var value: String
        /// True for `=` and `==`, false for `!=`.
        public var isEqual: Bool

        /// Makes a requirement.
        ///
        /// - Parameters:
        ///   - path: the field.
        ///   - value: the value, as text.
        ///   - isEqual: true for `=` and `==`, false for `!=`.
        public init(path: String, value: String, isEqual: Bool) {
            self.path = path
            self.value = value
            self.isEqual = isEqual
        }
    }

    /// A field with all that it has to be, taken apart once for all objects.
    private struct Field: Hashable {
        let parts: [String]
        var requirements: [Requirement]
    }

    /// All have to hold.
    public var requirements: [Requirement] {
        didSet { fields = Self.fields(of: requirements) }
    }
    private var fields: [Field]

    /// Makes a selector.
    ///
    /// - Parameter requirements: all have to hold.
    public init(requirements: [Requirement]) {
        self.requirements = requirements
        fields = Self.fields(of: requirements)
    }

    private static func fields(of requirements: [Requirement]) -> [Field] {
        var fields: [Field] = []
        var places: [String: Int] = [:]
        for requirement in requirements {
            if let place = places[requirement.path] {
                fields[place].requirements.append(requirement)
            } else {
                places[requirement.path] = fields.count
                let parts = requirement.path.split(separator: ".").map(String.init)
                fields.append(Field(parts: parts, requirements: [requirement]))
            }
        }
        return fields
    }

    /// Whether an object is meant; a field that is absent counts as empty text.
    ///
    /// - Parameter object: the whole object.
    /// - Returns: true when its fields fulfil every requirement.
    public func matches(_ object: JSONValue) -> Bool {
        fields.allSatisfy { field in
            var value: JSONValue? = object
            for part in field.parts { value = value?[part] }
            let text = Self.text(value)
            return field.requirements.allSatisfy { (text == $0.value) == $0.isEqual }
        }
    }

    private static func text(_ value: JSONValue?) -> String {
        switch value {
        case .string?: value?.text ?? ""
        case .number(let digits)?: String(decoding: digits, as: UTF8.self)
        case .bool(let bool)?: bool ? "true" : "false"
        default: ""
        }
    }
}
