@testable import MetaStore

/// Databases as KubeEdge's edgecore leaves them, in the form of each range of releases.
enum KubeEdgeFile: CaseIterable {
    /// Before `meta_v2`.
    case oldest
    /// Up to 1.22: tables made by beego's ORM.
    case beego
    /// 1.23: made by gorm.
    case gorm

    /// One row of `meta`.
    struct Row {
        var key: String
        var type: String
        var value: String
    }

    /// A token's key as KubeEdge writes it.
    static let tokenKey =
        #""default"/"demo"/[]string{"api"}/3607/v1.BoundObjectReference{Kind:"Pod", APIVersion:"v1", "#
        + #"Name:"web", UID:"u1"}"#

    static func object(_ kind: String, _ name: String, uid: String = "", version: String = "") -> String {
        #"{"apiVersion":"v1","kind":"\#(kind)","metadata":{"name":"\#(name)","uid":"\#(uid)","#
            + #""resourceVersion":"\#(version)"}}"#
    }

    /// Rows that are taken, with the type they get.
    static let good: [Row] = [
        Row(key: "default/pod/web", type: "pod", value: object("Pod", "web", uid: "u1", version: "100")),
        Row(key: "default/podpatch/web", type: "podpatch", value: #"{"status":{"phase":"Running"}}"#),
        Row(key: "kube-system/configmap/root", type: "configmap", value: object("ConfigMap", "root", version: "5")),
        Row(key: "default/secret/it's", type: "secret", value: object("Secret", "it's", version: "6")),
        Row(key: "null/node/edge-1", type: "node", value: object("Node", "edge-1", version: "7")),
        Row(key: tokenKey, type: "serviceaccounttoken", value: #"{"kind":"TokenRequest","status":{"token":"t"}}"#),
        Row(key: "default/podlist", type: "podlist", value: #"[{"metadata":{"name":"web"}}]"#),
        Row(key: "default/service/web", type: "service", value: "plain text"),
    ]

    /// Rows that are no objects of ours.
    static let bad: [Row] = [
        Row(key: "", type: "", value: "{}"), Row(key: "nothing", type: "pod", value: "{}"),
        Row(key: "/pod/x", type: "pod", value: "{}"), Row(key: "default//x", type: "", value: "{}"),
        Row(key: "default/pod/empty", type: "pod", value: ""),
        Row(key: "\"default\"", type: "serviceaccounttoken", value: "{}"),
    ]

    /// Rows of `meta_v2`: an object newer there, one older there, a custom resource, and two that are no objects.
    static let second: [Row] = [
        Row(key: "/core/v1/pods/default/web", type: "", value: object("Pod", "web", uid: "u1", version: "101")),
        Row(key: "/core/v1/nodes/null/edge-1", type: "", value: object("Node", "edge-1", version: "3")),
        Row(
            key: "/example.com/v1/cronjobs/default/one", type: "",
            value: object("CronJob", "one", uid: "c1", version: "8")),
        Row(key: "/core/v1/persistentvolumes/null/pv", type: "", value: object("PersistentVolume", "pv")),
        Row(key: "nodeupgradejob", type: "", value: #"{"UpgradeID":"x"}"#),
        Row(key: "/operations/v1alpha1/nodeupgradejobs/null/x", type: "", value: "upgrade-1"),
    ]

    private var metaTable: String {
        switch self {
        case .oldest, .beego:
            """
            CREATE TABLE IF NOT EXISTS `meta` (
                `key` varchar(256) NOT NULL PRIMARY KEY,
                `type` varchar(32) NOT NULL DEFAULT '' ,
                `value` text
            );
            """
        case .gorm: "CREATE TABLE `meta` (`type` varchar(32),`value` text,`key` varchar(256),PRIMARY KEY (`key`));"
        }
    }

    private var secondTable: String? {
        switch self {
        case .oldest: nil
        case .beego:
            """
            CREATE TABLE IF NOT EXISTS `meta_v2` (
                `key` varchar(256) NOT NULL PRIMARY KEY,
                `groupversionresource` varchar(256) NOT NULL DEFAULT '' ,
                `namespace` varchar(256) NOT NULL DEFAULT '' ,
                `name` varchar(256) NOT NULL DEFAULT '' ,
                `resourceversion` integer NOT NULL DEFAULT 0 ,
                `value` text
            );
            """
        case .gorm:
            """
            CREATE TABLE "meta_v2" ("key" varchar(256),"group_version_resource" varchar(256),"namespace" varchar(256),\
            "name" varchar(256),"resource_version" integer,"value" text,PRIMARY KEY ("key"));
            """
        }
    }

    /// Tables of KubeEdge's other modules, which stay as they are.
    private static let foreign = """
        CREATE TABLE device (id text PRIMARY KEY, name text, state text);
        CREATE TABLE device_attr (id integer PRIMARY KEY AUTOINCREMENT, deviceid text, value text);
        CREATE TABLE device_twin (id integer PRIMARY KEY AUTOINCREMENT, deviceid text, expected text);
        CREATE TABLE sub_topics (topic varchar(256) NOT NULL PRIMARY KEY);
        CREATE TABLE task (id text PRIMARY KEY);
        INSERT INTO device VALUES('d1', 'lamp', 'online');
        INSERT INTO device_attr(deviceid, value) VALUES('d1', 'blue');
        INSERT INTO device_twin(deviceid, expected) VALUES('d1', '{"v":1}');
        INSERT INTO sub_topics VALUES('a/b'), ('c/#');
        INSERT INTO task VALUES('t1');
        """

    /// Tables that must be found untouched.
    static let foreignTables = ["device", "device_attr", "device_twin", "sub_topics", "task"]

    /// How many rows are skipped.
    var skipped: Int { Self.bad.count + (self == .oldest ? 0 : 2) }

    /// How many objects come out.
    var rows: Int { Self.good.count + (self == .oldest ? 0 : 2) }

    func make(at path: String) throws {
        try DatabaseFile.prepare(path)
        let connection = try Connection(path: path, readOnly: false, busyTimeout: .zero)
        try connection.execute("BEGIN")
        try connection.execute(metaTable)
        try connection.execute(Self.foreign)
        for row in Self.good + Self.bad {
            try connection.execute(
                "INSERT INTO meta(key, type, value) VALUES(\(quoted(row.key)), \(quoted(row.type)), \(quoted(row.value)))"
            )
        }
        if let secondTable {
            try connection.execute(secondTable)
            for row in Self.second {
                try connection.execute(
                    "INSERT INTO meta_v2(key, value) VALUES(\(quoted(row.key)), \(quoted(row.value)))")
            }
        }
        try connection.execute("COMMIT")
    }

    private func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
