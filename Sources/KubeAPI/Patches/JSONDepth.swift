package import Beehive

/// How deep an object may be nested.
package enum ObjectDepth {
    /// The deepest object that is written here: less than what is read, for rows, lists and reports wrap objects in
    /// levels of their own, and have to be readable as well.
    package static let maximum = 480
}

extension JSONValue {
    /// Whether a value is nested deeper than a limit; a value without members or elements has depth 0, `{}` has 1.
    ///
    /// Goes no deeper than the limit itself, so that no value can exhaust the stack.
    package func isDeeper(than limit: Int) -> Bool {
        var nodes = 0
        return isDeeper(than: limit, counting: &nodes)
    }

    /// The same, adding up the members and elements that were looked at.
    func isDeeper(than limit: Int, counting nodes: inout Int) -> Bool {
        switch self {
        case .array(let elements):
            guard limit > 0 else { return true }
            nodes += elements.count
            for element in elements where element.isDeeper(than: limit - 1, counting: &nodes) { return true }
        case .object(let members):
            guard limit > 0 else { return true }
            nodes += members.count
            for member in members where member.value.isDeeper(than: limit - 1, counting: &nodes) { return true }
        default: break
        }
        return false
    }
}
