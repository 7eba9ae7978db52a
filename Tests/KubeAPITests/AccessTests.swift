import Beehive
import Testing

@testable import KubeAPI

/// RBAC, as a table: what a rule, and where it is bound, allows.
struct AccessTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        let rules: AccessRules
        let allowed: [AccessQuestion]
        let refused: [AccessQuestion]
        var testDescription: String { what }

        init(
            _ what: String, _ rule: PolicyRule, in namespace: String? = nil, allowed: [AccessQuestion] = [],
            refused: [AccessQuestion] = []
        ) {
            self.what = what
            rules = AccessRules(grants: [.init(namespace: namespace, rule: rule)])
            (self.allowed, self.refused) = (allowed, refused)
        }
    }

    /// `verb group/plural/subresource namespace/name`, all but the verb and the plural may be empty.
    static func ask(
        _ verb: String, _ plural: String, group: String = "", sub: String = "", in namespace: String = "",
        name: String = ""
    ) -> AccessQuestion {
        var object = AccessQuestion.Object()
        (object.namespace, object.group, object.plural) = (namespace, group, plural)
        (object.subresource, object.name) = (sub, name)
        return AccessQuestion(verb, object)
    }

    private static func path(_ path: String, _ verb: String = "get") -> AccessQuestion {
        AccessQuestion(method: verb, path: path)
    }

    private static let pods = PolicyRule(verbs: ["get", "list"], apiGroups: [""], resources: ["pods"])

    static let cases: [Case] = [
        Case(
            "a Role holds in its namespace", pods, in: "demo",
            allowed: [ask("get", "pods", in: "demo", name: "a"), ask("list", "pods", in: "demo")],
            refused: [
                ask("list", "pods"), ask("list", "pods", in: "other"), ask("watch", "pods", in: "demo"),
                ask("get", "secrets", in: "demo"), ask("get", "pods", group: "apps", in: "demo"),
                ask("get", "pods", sub: "log", in: "demo"),
            ]),
        Case(
            "a ClusterRole holds everywhere", pods,
            allowed: [ask("list", "pods"), ask("get", "pods", in: "any", name: "a")],
            refused: [ask("delete", "pods", in: "any", name: "a"), path("/metrics")]),
        Case(
            "stars stand for all", PolicyRule(verbs: ["*"], apiGroups: ["*"], resources: ["*"]),
            allowed: [
                ask("deletecollection", "pods"), ask("get", "pods", sub: "log"), ask("*", "*", group: "*"),
                ask("create", "widgets", group: "example.org"),
            ], refused: [path("/metrics")]),
        Case(
            "a star is asked for only where a star is given", pods, refused: [ask("*", "pods"), ask("get", "*")]),
        Case(
            "subresources are named", PolicyRule(verbs: ["get"], apiGroups: [""], resources: ["pods/log"]),
            allowed: [ask("get", "pods", sub: "log")],
            refused: [ask("get", "pods"), ask("get", "pods", sub: "exec")]),
        Case(
            "one subresource of all kinds", PolicyRule(verbs: ["update"], apiGroups: ["*"], resources: ["*/status"]),
            allowed: [ask("update", "pods", sub: "status"), ask("update", "widgets", group: "x", sub: "status")],
            refused: [ask("update", "pods"), ask("update", "pods", sub: "log")]),
        Case(
            "names",
            PolicyRule(verbs: ["get", "list"], apiGroups: [""], resources: ["configmaps"], resourceNames: ["a"]),
            allowed: [ask("get", "configmaps", in: "x", name: "a"), ask("list", "configmaps", in: "x", name: "a")],
            refused: [ask("get", "configmaps", in: "x", name: "b"), ask("list", "configmaps", in: "x")]),
        Case(
            "paths", PolicyRule(verbs: ["get"], nonResourceURLs: ["/metrics", "/logs/*"]),
            allowed: [path("/metrics"), path("/logs/a/b"), path("/logs/")],
            refused: [
                path("/metrics/a"), path("/logs"), path("/metrics", "post"), path("/"), ask("get", "metrics"),
            ]),
        Case(
            "a Role grants no paths", PolicyRule(verbs: ["*"], nonResourceURLs: ["*"]), in: "demo",
            refused: [path("/metrics"), ask("get", "pods", in: "demo")]),
        Case(
            "all paths", PolicyRule(verbs: ["*"], nonResourceURLs: ["*"]), allowed: [path("/a", "delete")],
            refused: [ask("get", "pods")]),
        Case("an empty rule", PolicyRule(verbs: []), refused: [ask("", ""), ask("get", "pods"), path("/")]),
    ]

    @Test(arguments: cases) func `a rule allows what it says and no more`(one: Case) {
        for question in one.allowed { #expect(one.rules.allows(question), "\(question)") }
        for question in one.refused { #expect(!one.rules.allows(question), "\(question)") }
        for question in one.allowed + one.refused {
            #expect(AccessRules.everything.allows(question))
            #expect(!AccessRules.nothing.allows(question))
            #expect(one.rules.adding(.everything).allows(question))
        }
    }

    @Test func `a list by name is asked for under that name`() {
        var request = ResourceRequest(
            verb: .watch, resource: .init(group: "", version: "v1", plural: "configmaps"), namespace: "x")
        request.options.fields = FieldSelector(requirements: [.init(path: "metadata.name", value: "a", isEqual: true)])
        #expect(AccessQuestion(request) == Self.ask("watch", "configmaps", in: "x", name: "a"))
        request.options.fields = FieldSelector(requirements: [.init(path: "metadata.name", value: "a", isEqual: false)])
        #expect(AccessQuestion(request) == Self.ask("watch", "configmaps", in: "x"))
    }

    @Test(arguments: [
        (
            ask("list", "pods", in: "x"),
            #"pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "x""#
        ),
        (
            ask("get", "deployments", group: "apps", sub: "scale", in: "x", name: "d"),
            #"deployments.apps "d" is forbidden: User "u" cannot get resource "deployments/scale" in API group "apps" in the namespace "x""#
        ),
        (
            ask("watch", "nodes"),
            #"nodes is forbidden: User "u" cannot watch resource "nodes" in API group "" at the cluster scope"#
        ),
        (AccessQuestion(method: "GET", path: "/metrics"), #"forbidden: User "u" cannot get path "/metrics""#),
    ])
    func `a refusal is said in the API server's words`(question: AccessQuestion, message: String) {
        let failure = question.refusal(of: "u")
        #expect(failure.message == message)
        #expect(failure.code == 403)
        #expect(failure.status["reason"] == "Forbidden")
    }

    static func access(_ edit: (inout JSONValue) -> Void = { _ in }) throws -> JSONValue {
        var object = try JSONValue(
            parsing: Bytes(
                #"""
                {"metadata":{"name":"app","namespace":"demo"},"spec":{"serviceAccount":{"metadata":{"name":"app",
                "namespace":"demo"}},"serviceAccountUid":"u-1","accessRoleBinding":[
                {"roleBinding":{"metadata":{"name":"r","namespace":"demo"},
                "subjects":[{"kind":"ServiceAccount","name":"app"}]},
                "rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]},
                {"roleBinding":{"metadata":{"name":"r","namespace":"far"},
                "subjects":[{"kind":"ServiceAccount","name":"app"}]},
                "rules":[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]},
                {"roleBinding":{"metadata":{"name":"r","namespace":"near"},
                "subjects":[{"kind":"User","name":"system:serviceaccount:demo:app"}]},
                "rules":[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]}],
                "accessClusterRoleBinding":[
                {"clusterRoleBinding":{"metadata":{"name":"c"},"subjects":[{"kind":"Group",
                "name":"system:serviceaccounts:demo"}]},
                "rules":[{"verbs":["list"],"apiGroups":["apps"],"resources":["deployments"]}]},
                {"clusterRoleBinding":{"metadata":{"name":"c2"},"subjects":[{"kind":"Group","name":"system:masters"},
                {"kind":"ServiceAccount","name":"app"},{"kind":"ServiceAccount","namespace":"demo","name":"other"}]},
                "rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}]}}
                """#.utf8))
        edit(&object)
        return object
    }

    @Test func `a ServiceAccountAccess grants what its bindings name the account for`() throws {
        let object = try Self.access()
        let found = try #require(ServiceAccountAccess(object))
        #expect(found.uid == "u-1")
        #expect(found.rules.allows(Self.ask("get", "pods", in: "demo", name: "a")))
        #expect(!found.rules.allows(Self.ask("get", "pods", in: "far", name: "a")))
        // A subject without a namespace is of the binding's own, so this one is another account.
        #expect(!found.rules.allows(Self.ask("get", "secrets", in: "far", name: "a")))
        #expect(found.rules.allows(Self.ask("get", "secrets", in: "near", name: "a")))
        #expect(found.rules.allows(Self.ask("list", "deployments", group: "apps")))
        #expect(!found.rules.allows(Self.ask("delete", "nodes")))
    }

    @Test func `an object that names no account grants nothing`() throws {
        #expect(ServiceAccountAccess(try Self.access { $0["spec"] = nil }) == nil)
        #expect(ServiceAccountAccess(try Self.access { $0["spec"]?["serviceAccount"] = "x" }) == nil)
        #expect(ServiceAccountAccess(.null) == nil)
        let odd = try Self.access {
            $0["spec"]?["accessRoleBinding"] = [nil, 1, ["rules": [["verbs": "get"]]]]
            $0["spec"]?["accessClusterRoleBinding"] = "x"
        }
        #expect(ServiceAccountAccess(odd)?.rules == .nothing)
    }

    @Test(arguments: [
        "system:serviceaccount:demo", "system:serviceaccount:demo:", "system:serviceaccount::app", "app", "",
        "system:serviceaccount:demo:app:x", "system:node:demo:app", "system:serviceaccount:de/mo:app",
        "system:serviceaccount:demo:../x", "system:serviceaccount:demo:A",
    ])
    func `what is no service account's name is none`(user: String) { #expect(UserInfo.account(of: user) == nil) }

    @Test func `reviews are answered with the rules`() throws {
        let rules = AccessRules.everybody.adding(AccessRules(grants: [.init(namespace: "demo", rule: Self.pods)]))
        let body: JSONValue = [
            "kind": "SelfSubjectRulesReview", "apiVersion": "authorization.k8s.io/v1",
            "spec": ["namespace": "demo"],
        ]
        let answer = try AccessReview.rules(body, rules)
        #expect(answer["status"]?["resourceRules"]?.elements.count == 3)
        #expect(answer["status"]?["nonResourceRules"]?.elements.count == 1)
        #expect(answer["status"]?["incomplete"] == false)
        #expect(answer["kind"] == "SelfSubjectRulesReview")
        var elsewhere = body
        elsewhere["spec"]?["namespace"] = "other"
        #expect(try AccessReview.rules(elsewhere, rules)["status"]?["resourceRules"]?.elements.count == 2)
        elsewhere["spec"] = [:]
        #expect(throws: APIFailure.self) { try AccessReview.rules(elsewhere, rules) }
    }

    @Test(arguments: [
        #"{}"#, #"{"spec":{}}"#, #"{"spec":{"resourceAttributes":{},"nonResourceAttributes":{}}}"#,
        #"{"spec":{"resourceAttributes":null}}"#,
    ])
    func `a review that asks nothing is refused`(body: String) {
        #expect(throws: APIFailure.self) { try AccessReview.question(JSONValue(parsing: Bytes(body.utf8))) }
    }

    @Test func `a local review stays in its namespace`() throws {
        let body = try JSONValue(
            parsing: Bytes(#"{"spec":{"resourceAttributes":{"namespace":"a","verb":"get","resource":"pods"}}}"#.utf8))
        #expect(try AccessReview.question(body, namespace: "a") == Self.ask("get", "pods", in: "a"))
        #expect(throws: APIFailure.self) { try AccessReview.question(body, namespace: "b") }
    }
}
