public import Beehive
internal import KubeAPI

/// Strategic merge patches of statuses: only the lists that statuses of any kind hold are merged.
public enum StrategicMerge {
    /// Applies a patch to an object.
    ///
    /// - Parameters:
    ///   - patch: the patch, with its directives.
    ///   - base: the object; a value of another kind counts as empty.
    /// - Returns: the patched object.
    public static func apply(_ patch: JSONValue, to base: JSONValue) -> JSONValue {
        StrategicPatch.apply(patch, to: base, schema: .status)
    }

    /// True when a list's patch replaces the list.
    static func isReplacement(_ patch: [JSONValue]) -> Bool { StrategicPatch.isReplacement(patch) }

    static func mergeLists(_ patch: [JSONValue], into base: [JSONValue], by key: String) -> [JSONValue] {
        StrategicPatch.mergeLists(patch, into: base, by: key, schema: .status)
    }
}
