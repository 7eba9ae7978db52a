public import Beehive

/// A config map.
public struct ConfigMap: MetaObject {
    /// Where config maps are served.
    public static let resource = APIResource(plural: "configmaps", kind: "ConfigMap")
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// Its texts.
    public var data: [String: String] {
        get { json.texts(at: "data") }
        set { json["data"] = JSONValue(texts: newValue) }
    }

    /// Its bytes; entries that are no base 64 are left out.
    public var binaryData: [String: [UInt8]] {
        get { json.texts(at: "binaryData").compactMapValues(Base64Data.decode) }
        set { json["binaryData"] = JSONValue(texts: newValue.mapValues(Base64Data.encode)) }
    }
}

/// A secret; what it holds shows in no description.
public struct Secret: MetaObject {
    /// Where secrets are served.
    public static let resource = APIResource(plural: "secrets", kind: "Secret")
    /// The whole object.
    public var json: JSONValue

    /// Looks at an object.
    ///
    /// - Parameter json: the whole object.
    public init(json: JSONValue) { self.json = json }

    /// What kind of secret it is, such as `Opaque`.
    public var type: String { json.text(at: "type") ?? "Opaque" }

    /// Its bytes; entries that are no base 64 are left out.
    public var data: [String: [UInt8]] {
        get { json.texts(at: "data").compactMapValues(Base64Data.decode) }
        set { json["data"] = JSONValue(texts: newValue.mapValues(Base64Data.encode)) }
    }
}
