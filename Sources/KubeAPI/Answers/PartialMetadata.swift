public import Beehive

/// Objects of which the metadata alone is answered.
public enum PartialMetadata {
    /// One object.
    ///
    /// - Parameters:
    ///   - object: the whole object.
    ///   - version: the version of `meta.k8s.io` that was asked for.
    /// - Returns: a PartialObjectMetadata.
    public static func object(_ object: JSONValue, version: String = "v1") -> JSONValue {
        [
            "kind": "PartialObjectMetadata", "apiVersion": JSONValue(text: "meta.k8s.io/\(version)"),
            "metadata": object["metadata"] ?? [:],
        ]
    }

    /// A list.
    ///
    /// - Parameters:
    ///   - objects: the whole objects.
    ///   - metadata: the list's own metadata.
    ///   - version: the version of `meta.k8s.io` that was asked for.
    /// - Returns: a PartialObjectMetadataList.
    public static func list(_ objects: [JSONValue], metadata: JSONValue, version: String = "v1") -> JSONValue {
        [
            "kind": "PartialObjectMetadataList", "apiVersion": JSONValue(text: "meta.k8s.io/\(version)"),
            "metadata": metadata, "items": .array(objects.map { object($0, version: version) }),
        ]
    }
}
