package import Beehive

/// A JSON patch (RFC 6902).
package struct JSONPatch: Sendable {
    private enum Action: String {
        case add, remove, replace, move, copy, test
    }

    private struct Step {
        var action: Action
        var path: JSONPointer
        var from: JSONPointer?
        var value: JSONValue?
    }

    private var steps: [Step] = []

    /// The most operations of one patch, as in Kubernetes.
    package static let maximumOperations = 10_000
    /// The most bytes that its copies may add: a few copies of copies would fill any memory.
    static let maximumCopied = 3 << 20
    /// The most work, in units of about a nanosecond: ten thousand insertions at the front of a long list, or
    /// comparisons of a large object, would keep a processor for minutes.
    static let maximumWork = 100_000_000

    /// Reads a patch.
    ///
    /// - Throws: a 400 that names the operation.
    package init(_ json: JSONValue) throws(APIFailure) {
        guard case .array(let operations) = json else {
            throw .badRequest("a JSON patch is a list of operations")
        }
        guard operations.count <= Self.maximumOperations else {
            throw APIFailure(
                413, reason: "RequestEntityTooLarge",
                "the JSON patch has \(operations.count) operations; allowed are \(Self.maximumOperations)")
        }
        steps.reserveCapacity(operations.count)
        for (number, operation) in operations.enumerated() { steps.append(try Self.step(operation, number)) }
    }

    private static func step(_ json: JSONValue, _ number: Int) throws(APIFailure) -> Step {
        func fail(_ cause: String) -> APIFailure { .badRequest("operation \(number) of the JSON patch \(cause)") }
        guard let word = json["op"]?.text, let action = Action(rawValue: word) else {
            throw fail("has no known \"op\": want add, remove, replace, move, copy or test")
        }
        guard let path = json["path"]?.text.flatMap(JSONPointer.init) else {
            throw fail("has no \"path\" that is a pointer")
        }
        var step = Step(action: action, path: path)
        switch action {
        case .add, .replace, .test:
            guard let value = json["value"] else { throw fail("has no \"value\"") }
            step.value = value
        case .move, .copy:
            guard let from = json["from"]?.text.flatMap(JSONPointer.init) else {
                throw fail("has no \"from\" that is a pointer")
            }
            step.from = from
        case .remove: break
        }
        return step
    }

    /// True when the patch names a place, or one above it.
    package func touches(_ place: JSONPointer) -> Bool {
        steps.contains { step in
            [step.path, step.from].contains {
                $0.map { $0 == place || $0.isAbove(place) || place.isAbove($0) } ?? false
            }
        }
    }

    /// The patched value; nothing is changed when one operation fails.
    ///
    /// - Throws: a 422 that names the operation and the place.
    package func apply(to value: JSONValue) throws(APIFailure) -> JSONValue {
        var work = PatchWork(value)
        for (number, step) in steps.enumerated() {
            do throws(PatchWork.Fault) {
                try run(step, on: &work)
            } catch {
                throw APIFailure(
                    error == .tooMuch ? 413 : 422, reason: error == .tooMuch ? "RequestEntityTooLarge" : "Invalid",
                    "operation \(number) (\(step.action.rawValue)) of the JSON patch: \(error.words(step.path))")
            }
        }
        return work.value
    }

    private func run(_ step: Step, on work: inout PatchWork) throws(PatchWork.Fault) {
        switch step.action {
        case .add: try work.add(step.value ?? .null, at: step.path)
        case .remove: _ = try work.remove(at: step.path)
        case .replace: try work.replace(at: step.path, with: step.value ?? .null)
        case .move:
            guard let from = step.from else { return }
            guard !from.isAbove(step.path) else { throw .intoItself }
            if from == step.path {
                _ = try work.get(from)
                return
            }
            try work.add(try work.remove(at: from), at: step.path)
        case .copy:
            guard let from = step.from else { return }
            let value = try work.get(from)
            try work.countCopy(value)
            try work.add(value, at: step.path)
        case .test:
            try work.test(step.path, is: step.value ?? .null)
        }
    }
}

/// A value while a JSON patch changes it, with the bounds of what that may cost.
private struct PatchWork {
    enum Fault: Error {
        case absent, notAnIndex, noContainer, intoItself, testFailed, tooDeep, tooMuch

        func words(_ path: JSONPointer) -> String {
            let place = OneLine.of("\(path)", limit: 200)
            return switch self {
            case .absent: "there is nothing at '\(place)' or on the way to it"
            case .notAnIndex: "'\(place)' names no place in its list"
            case .noContainer: "'\(place)' goes through a value that has no members"
            case .intoItself: "a value cannot be moved into itself"
            case .testFailed: "'\(place)' is not what the test expects"
            case .tooDeep: "'\(place)' would be nested deeper than \(ObjectDepth.maximum) levels"
            case .tooMuch: "it takes too much memory or time"
            }
        }
    }

    private(set) var value: JSONValue
    private var copied = 0
    private var work = 0

    init(_ value: JSONValue) { self.value = value }

    mutating func countCopy(_ value: JSONValue) throws(Fault) {
        copied += value.json.count
        guard copied <= JSONPatch.maximumCopied else { throw .tooMuch }
    }

    private mutating func spend(_ steps: Int) throws(Fault) {
        work += steps + 1
        guard work <= JSONPatch.maximumWork else { throw .tooMuch }
    }

    /// What a member costs whose key is looked at, and each value whose depth is.
    private static let memberCost = 2

    /// The last member with a key.
    private mutating func place(of key: String, in members: [JSONMember]) throws(Fault) -> Int {
        guard let place = try find(key, in: members) else { throw .absent }
        return place
    }

    private mutating func find(_ key: String, in members: [JSONMember]) throws(Fault) -> Int? {
        let length = key.utf8.count
        // Only keys of the same length are compared byte by byte.
        var cost = members.count * Self.memberCost
        defer { work += cost }
        try spend(cost)
        cost = 0
        return members.lastIndex { member in
            guard member.key.utf8.count == length else { return false }
            cost += length / 4
            return KeyBytes.areSame(member.key, key)
        }
    }

    mutating func test(_ path: JSONPointer, is wanted: JSONValue) throws(Fault) {
        let value = try get(path)
        var comparison = JSONComparison(budget: JSONPatch.maximumWork - work)
        let isSame = comparison.isSame(value, wanted)
        try spend(JSONPatch.maximumWork - work - comparison.budget)
        guard isSame else { throw .testFailed }
    }

    /// Refuses what would lie too deep: moves into one another could build a value that no recursion can walk over.
    private mutating func checkDepth(of new: JSONValue, at path: JSONPointer) throws(Fault) {
        var nodes = 0
        let isTooDeep = new.isDeeper(than: ObjectDepth.maximum - path.tokens.count, counting: &nodes)
        try spend(nodes * Self.memberCost)
        guard !isTooDeep else { throw .tooDeep }
    }

    mutating func get(_ path: JSONPointer) throws(Fault) -> JSONValue {
        var place = value
        for token in path.tokens {
            switch place {
            case .object(let members):
                place = members[try self.place(of: token, in: members)].value
            case .array(let elements): place = elements[try Self.index(token, count: elements.count)]
            default: throw .noContainer
            }
        }
        return place
    }

    mutating func add(_ new: JSONValue, at path: JSONPointer) throws(Fault) {
        try checkDepth(of: new, at: path)
        guard let last = path.tokens.last else {
            value = new
            return
        }
        try change(path.tokens.dropLast()[...]) { container, work throws(Fault) in
            switch container {
            case .object(var members):
                container = .null
                defer { container = .object(members) }
                if let at = try work.find(last, in: members) {
                    members[at].value = new
                } else {
                    members.append(JSONMember(last, new))
                }
            case .array(var elements):
                container = .null
                defer { container = .array(elements) }
                try work.spend(elements.count)
                if last == "-" {
                    elements.append(new)
                } else {
                    elements.insert(new, at: try Self.index(last, count: elements.count + 1))
                }
            default: throw .noContainer
            }
        }
    }

    mutating func remove(at path: JSONPointer) throws(Fault) -> JSONValue {
        guard let last = path.tokens.last else {
            defer { value = .null }
            return value
        }
        var removed = JSONValue.null
        try change(path.tokens.dropLast()[...]) { container, work throws(Fault) in
            switch container {
            case .object(var members):
                container = .null
                defer { container = .object(members) }
                removed = members[try work.place(of: last, in: members)].value
                // Duplicates go with it: counted once more.
                _ = try work.find(last, in: members)
                members.removeAll { KeyBytes.areSame($0.key, last) }
            case .array(var elements):
                container = .null
                defer { container = .array(elements) }
                try work.spend(elements.count)
                removed = elements.remove(at: try Self.index(last, count: elements.count))
            default: throw .noContainer
            }
        }
        return removed
    }

    mutating func replace(at path: JSONPointer, with new: JSONValue) throws(Fault) {
        try checkDepth(of: new, at: path)
        try change(path.tokens[...]) { place, _ throws(Fault) in place = new }
    }

    /// Changes a place where it lies: nothing beside the way to it is copied.
    private mutating func change(
        _ way: ArraySlice<String>, _ body: (inout JSONValue, inout PatchWork) throws(Fault) -> Void
    ) throws(Fault) {
        var root = value
        value = .null
        defer { value = root }
        try Self.descend(&root, way, &self, body)
    }

    private static func descend(
        _ place: inout JSONValue, _ way: ArraySlice<String>, _ work: inout PatchWork,
        _ body: (inout JSONValue, inout PatchWork) throws(Fault) -> Void
    ) throws(Fault) {
        guard let token = way.first else { return try body(&place, &work) }
        switch place {
        case .object(var members):
            let at = try work.place(of: token, in: members)
            place = .null
            defer { place = .object(members) }
            try descend(&members[at].value, way.dropFirst(), &work, body)
        case .array(var elements):
            let at = try index(token, count: elements.count)
            place = .null
            defer { place = .array(elements) }
            try descend(&elements[at], way.dropFirst(), &work, body)
        default: throw .noContainer
        }
    }

    /// An index: digits without a zero in front.
    private static func index(_ token: String, count: Int) throws(Fault) -> Int {
        guard !token.isEmpty, token.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            token == "0" || token.utf8.first != UInt8(ascii: "0"), let index = Int(token)
        else { throw .notAnIndex }
        guard index < count else { throw .absent }
        return index
    }
}
