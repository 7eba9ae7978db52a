/// Rows for them, of all kinds.
extension KubeEdgeFile {
    /// Rows that are taken, with the type they get.
    public static let good: [Row] = [
        Row(key: "default/pod/web", type: "pod", value: object("Pod", "web", uid: "u1", version: "100")),
        Row(key: "default/podpatch/web", type: "podpatch", value: #"{"status":{"phase":"Running"}}"#),
        Row(key: "kube-system/configmap/root", type: "configmap", value: object("ConfigMap", "root", version: "5")),
        Row(key: "default/secret/it's", type: "secret", value: object("Secret", "it's", version: "6")),
        Row(key: "null/node/edge-1", type: "node", value: object("Node", "edge-1", version: "7")),
        Row(key: tokenKey, type: "serviceaccounttoken", value: #"{"kind":"TokenRequest","status":{"token":"t"}}"#),
        Row(key: "default/podlist", type: "podlist", value: #"[{"metadata":{"name":"web"}}]"#),
        Row(key: "default/service/web", type: "service", value: "plain text"),
        Row(
            key: "default/configmap/odd \"name\" ü%_", type: "configmap",
            value: "{\"a\":\"it's \\n\",\n\t\"b\":\"ü\\u0001\"}\n"),
    ]

    /// Rows that are no objects of ours.
    public static let bad: [Row] = [
        Row(key: "", type: "", value: "{}"), Row(key: "nothing", type: "pod", value: "{}"),
        Row(key: "/pod/x", type: "pod", value: "{}"), Row(key: "default//x", type: "", value: "{}"),
        Row(key: "default/pod/empty", type: "pod", value: ""),
        Row(key: "\"default\"", type: "serviceaccounttoken", value: "{}"),
    ]

    /// A token's key as KubeEdge writes it.
    public static let tokenKey =
        #""default"/"demo"/[]string{"api"}/3607/v1.BoundObjectReference{Kind:"Pod", APIVersion:"v1", "#
        + #"Name:"web", UID:"u1"}"#

    /// Rows of `meta_v2`: an object newer there, one older there, a custom resource, and two that are no objects.
    public static let second: [SecondTableRow] = [
        SecondTableRow(
            "/core/v1/pods/default/web", "/v1, Resource=pods", "default", "web", 101,
            object("Pod", "web", uid: "u1", version: "101") + "\n"),
        SecondTableRow(
            "/core/v1/nodes/null/edge-1", "/v1, Resource=nodes", "", "edge-1", 3,
            object("Node", "edge-1", version: "3")),
        SecondTableRow(
            "/core/v1/secrets/default/it's", "/v1, Resource=secrets", "default", "it's", 6,
            object("Secret", "it's", version: "6") + "\n"),
        SecondTableRow(
            "/example.com/v1/cronjobs/default/one", "example.com/v1, Resource=cronjobs", "default", "one", 8,
            object("CronJob", "one", uid: "c1", version: "8")),
        SecondTableRow(
            "/core/v1/persistentvolumes/null/pv", "/v1, Resource=persistentvolumes", "", "pv", 0,
            object("PersistentVolume", "pv")),
        SecondTableRow("upgrade-1", "", "", "NodeUpgradeJobRequest", 0, #"{"UpgradeID":"upgrade-1"}"#),
        SecondTableRow("/operations/v1alpha1/nodeupgradejobs/null/x", "", "", "x", 0, "upgrade-1"),
    ]

    /// A Kubernetes object in JSON.
    ///
    /// - Parameters:
    ///   - kind: its kind.
    ///   - name: its name.
    ///   - uid: its uid.
    ///   - version: its resource version.
    /// - Returns: the text.
    public static func object(_ kind: String, _ name: String, uid: String = "", version: String = "") -> String {
        #"{"apiVersion":"v1","kind":"\#(kind)","metadata":{"name":"\#(name)","uid":"\#(uid)","#
            + #""resourceVersion":"\#(version)"}}"#
    }

    /// Rows of KubeEdge's other modules.
    private static let foreignRows = """
        INSERT INTO device VALUES('d1', 'lamp', 'in the hall', 'online', '2024-01-02 03:04:05');
        INSERT INTO device(id) VALUES('d2');
        INSERT INTO device_attr(deviceid, name, value, optional) VALUES('d1', 'colour', 'blue', 1);
        INSERT INTO device_attr(deviceid, name, value, optional) VALUES('d1', 'gone', '', 0);
        DELETE FROM device_attr WHERE name = 'gone';
        INSERT INTO device_twin(deviceid, name, expected, actual) VALUES('d1', 'power', '{"v":"it''s"}', NULL);
        """

    /// How many rows are skipped.
    public var skipped: Int { Self.bad.count + 1 + (hasSecond ? 2 : 0) }

    /// How many objects come out.
    public var rows: Int { Self.good.count + (hasSecond ? 2 : 0) }

    /// Builds the file with `sqlite3`, which shares no code with the store.
    ///
    /// - Parameter path: where nothing stands.
    /// - Throws: when `sqlite3` is not installed or refuses.
    public func make(at path: String) throws {
        var statements = ["BEGIN"] + tables + [Self.foreignRows]
        for (index, row) in (Self.good + Self.bad).enumerated() {
            // What was deleted leaves gaps between row ids.
            let texts = [row.key, row.type, row.value].map(SQLiteTool.quoted).joined(separator: ", ")
            statements.append("INSERT INTO meta(rowid, key, type, value) VALUES(\(index * 3 + 1), \(texts))")
        }
        statements.append("INSERT INTO meta(key, type, value) VALUES('default/pod/none', 'pod', NULL)")
        if hasSecond {
            statements += Self.second.map { $0.insert(columns: secondColumns) }
            statements.append("INSERT INTO sub_topics VALUES('a/b'), ('c/#')")
            statements.append("INSERT INTO target_urls VALUES('http://127.0.0.1:8080/x')")
        }
        statements.append("COMMIT")
        _ = try SQLiteTool.run(statements.joined(separator: ";\n"), on: path)
    }
}

/// One row of `meta_v2`.
public struct SecondTableRow: Sendable {
    /// Where the metaserver finds it.
    public let key: String
    /// As Kubernetes prints it.
    public let groupVersionResource: String
    /// Empty for those of the cluster.
    public let namespace: String
    /// The object's name.
    public let name: String
    /// Its resource version.
    public let version: Int64
    /// The object.
    public let value: String

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - key: where the metaserver finds it.
    ///   - groupVersionResource: as Kubernetes prints it.
    ///   - namespace: empty for those of the cluster.
    ///   - name: the object's name.
    ///   - version: its resource version.
    ///   - value: the object.
    public init(
        _ key: String, _ groupVersionResource: String, _ namespace: String, _ name: String, _ version: Int64,
        _ value: String
    ) {
        self.key = key
        self.groupVersionResource = groupVersionResource
        self.namespace = namespace
        self.name = name
        self.version = version
        self.value = value
    }

    /// The statement that writes it.
    ///
    /// - Parameter columns: the names of the second and fifth column.
    /// - Returns: the statement.
    public func insert(columns: (String, String)) -> String {
        "INSERT INTO meta_v2(key, \(columns.0), namespace, name, \(columns.1), value) VALUES("
            + [key, groupVersionResource, namespace, name].map(SQLiteTool.quoted).joined(separator: ", ")
            + ", \(version), \(SQLiteTool.quoted(value)))"
    }
}
