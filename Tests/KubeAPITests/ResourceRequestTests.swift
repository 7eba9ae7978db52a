import Beehive
import KubeAPI
import Testing

/// Splits a target as a client would write it; nothing in these needs unescaping.
private func request(_ method: String, _ target: String) throws -> ResourceRequest? {
    let parts = target.split(separator: "?", maxSplits: 1)
    let fields = (parts.count > 1 ? parts[1] : "").split(separator: "&").map { field in
        let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return QueryField(name: String(pair[0]), value: pair.count > 1 ? String(pair[1]) : "")
    }
    return try ResourceRequest(
        method: method, segments: parts[0].split(separator: "/").map(String.init), query: fields)
}

private func refusal(_ method: String, _ target: String) -> APIFailure? {
    do {
        _ = try request(method, target)
        return nil
    } catch { return error as? APIFailure }
}

@Suite("Requests for objects")
struct ResourceRequestTests {
    /// A target and what it is read as: verb, group/version, plural, namespace, name, subresource; `-` for nil.
    struct Read: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        let expected: String
        init(_ method: String, _ target: String, _ expected: String) {
            (self.method, self.target, self.expected) = (method, target, expected)
        }
        var testDescription: String { "\(method) \(target)" }

        static let table: [Read] = [
            Read("GET", "/api/v1/pods", "list v1 pods - - -"),
            Read("GET", "/api/v1/pods?watch=true", "watch v1 pods - - -"),
            Read("GET", "/api/v1/pods?watch", "watch v1 pods - - -"),
            Read("GET", "/api/v1/pods?watch=0", "list v1 pods - - -"),
            Read("GET", "/api/v1/pods?watch=FALSE", "list v1 pods - - -"),
            Read("HEAD", "/api/v1/namespaces/a/pods/b", "get v1 pods a b -"),
            Read("GET", "/api/v1/namespaces/a/pods/b?watch=1", "get v1 pods a b -"),
            Read("GET", "/api/v1/namespaces/a/pods/b/status", "get v1 pods a b status"),
            Read("GET", "/api/v1/nodes/n", "get v1 nodes - n -"),
            Read("PUT", "/api/v1/nodes/n/status", "update v1 nodes - n status"),
            Read("GET", "/apis/apps/v1/deployments", "list apps/v1 deployments - - -"),
            Read("POST", "/apis/apps/v1/namespaces/a/deployments", "create apps/v1 deployments a - -"),
            Read("POST", "/api/v1/namespaces/a/pods/b/eviction", "create v1 pods a b eviction"),
            Read("PATCH", "/apis/x.io/v1beta1/namespaces/a/things/b", "patch x.io/v1beta1 things a b -"),
            Read("DELETE", "/api/v1/namespaces/a/configmaps/b", "delete v1 configmaps a b -"),
            Read("DELETE", "/api/v1/namespaces/a/configmaps", "deletecollection v1 configmaps a - -"),
            Read("GET", "/api/v1/namespaces", "list v1 namespaces - - -"),
            Read("POST", "/api/v1/namespaces", "create v1 namespaces - - -"),
            Read("GET", "/api/v1/namespaces/a", "get v1 namespaces - a -"),
            Read("PUT", "/api/v1/namespaces/a/status", "update v1 namespaces - a status"),
            Read("PUT", "/api/v1/namespaces/a/finalize", "update v1 namespaces - a finalize"),
            Read("GET", "/api/v1/namespaces/a/services", "list v1 services a - -"),
            Read("GET", "/api/v1/namespaces/namespaces/pods", "list v1 pods namespaces - -"),
            Read("GET", "/api/v1/watch/pods", "watch v1 pods - - -"),
            Read("GET", "/api/v1/watch/namespaces", "watch v1 namespaces - - -"),
            Read("GET", "/api/v1/watch/namespaces/a/pods", "watch v1 pods a - -"),
            Read("GET", "/apis/apps/v1/watch/namespaces/a/deployments", "watch apps/v1 deployments a - -"),
            Read("GET", "/api/v1/namespaces/watch/pods/watch", "get v1 pods watch watch -"),
        ]
    }

    @Test("a path and a method", arguments: Read.table)
    func reads(read: Read) throws {
        let found = try #require(try request(read.method, read.target))
        let words = [
            found.verb.rawValue, found.resource.apiVersion, found.resource.plural, found.namespace ?? "-",
            found.name ?? "-", found.subresource ?? "-",
        ]
        #expect(words.joined(separator: " ") == read.expected)
    }

    @Test(
        "a path that is none of objects",
        arguments: [
            "/", "/api", "/api/v1", "/apis", "/apis/apps", "/apis/apps/v1", "/healthz", "/apix/v1/pods", "/version",
        ])
    func others(target: String) throws { #expect(try request("GET", target) == nil) }

    @Test(
        "what is refused",
        arguments: [
            ("POST", "/api/v1/namespaces/a/pods/b", 405), ("PUT", "/api/v1/namespaces/a/pods", 405),
            ("PATCH", "/api/v1/pods", 405), ("OPTIONS", "/api/v1/pods", 405), ("get", "/api/v1/pods", 405),
            ("POST", "/api/v1/watch/pods", 405), ("DELETE", "/api/v1/watch/namespaces/a/pods/b", 405),
            ("GET", "/api/v1/watch", 400), ("GET", "/api/v1/namespaces/a/pods/b/proxy/x", 404),
            ("GET", "/api/v1/namespaces/a/status/b", 404),
            ("GET", "/api/v1/namespaces/../pods", 400), ("GET", "/api/v1/namespaces/a/pods/b%2F", 400),
            ("GET", "/api/v1/namespaces/a/pods/\n", 400),
        ])
    func refused(method: String, target: String, code: Int) throws {
        let failure = try #require(refusal(method, target))
        #expect(failure.code == code)
        #expect(!failure.message.contains("\n"))
    }

    @Test("a watch of one object is a watch of the list with that object")
    func namedWatch() throws {
        let watch = try #require(try request("GET", "/api/v1/watch/namespaces/a/pods/b"))
        #expect(watch.verb == .watch && watch.name == nil && watch.exactName == "b")
        #expect(watch.options.fields?.text == "metadata.name=b")
        let same = try #require(try request("GET", "/api/v1/watch/namespaces/a/pods/b?fieldSelector=metadata.name=b"))
        #expect(same.options.fields?.text == "metadata.name=b")
        #expect(refusal("GET", "/api/v1/watch/namespaces/a/pods/b?fieldSelector=metadata.name=c")?.code == 400)
        #expect(refusal("GET", "/api/v1/watch/namespaces/a/pods/b?fieldSelector=x=c")?.code == 400)
    }

    @Test("authorization sees the object that a field selector names, and the namespace as part of itself")
    func authorized() throws {
        let list = try #require(try request("GET", "/api/v1/namespaces/a/pods?fieldSelector=metadata.name=b"))
        #expect(list.verb == .list && list.name == nil && list.exactName == "b" && list.authorizedNamespace == "a")
        let open = try #require(try request("GET", "/api/v1/namespaces/a/pods?fieldSelector=metadata.name!=b"))
        #expect(open.exactName == nil)
        let namespace = try #require(try request("GET", "/api/v1/namespaces/a"))
        #expect(namespace.namespace == nil && namespace.authorizedNamespace == "a")
    }
}

@Suite("Options of requests")
struct RequestOptionsTests {
    private func options(_ query: String, _ method: String = "GET", named: Bool = false) throws -> RequestOptions {
        try #require(try request(method, "/api/v1/namespaces/a/pods\(named ? "/x" : "")?\(query)")).options
    }

    @Test("a list reads all of its own")
    func list() throws {
        let options = try options(
            "labelSelector=a=b&fieldSelector=status.phase!=x&resourceVersion=7&resourceVersionMatch=Exact&limit=500"
                + "&timeoutSeconds=30&limit=7&dryRun=All&pretty=true")
        #expect(options.labels == LabelSelector(requirements: [.isIn(key: "a", values: ["b"])]))
        #expect(options.fields?.text == "status.phase!=x")
        #expect(options.resourceVersion == "7" && options.versionMatch == .exact && options.limit == 500)
        #expect(options.timeoutSeconds == 30 && !options.isDryRun && options.query.count == 9)
    }

    @Test("absent, empty and zero ask for nothing")
    func nothing() throws {
        let options = try options("labelSelector=&fieldSelector=,&limit=0&continue=")
        #expect(options.labels == nil && options.fields == nil && options.limit == nil && options.continuation.isEmpty)
        #expect(try self.options("limit=-3").limit == nil)
    }

    @Test("a streaming list")
    func streaming() throws {
        let options = try options(
            "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=&allowWatchBookmarks=true"
        )
        #expect(options.sendsInitialEvents == true && options.versionMatch == .notOlderThan && options.allowsBookmarks)
    }

    @Test("writes and deletions read theirs")
    func writes() throws {
        let patch = try options("dryRun=All&fieldManager=me&force=true&fieldValidation=Strict", "PATCH", named: true)
        #expect(patch.isDryRun && patch.isForced && patch.fieldManager == "me" && patch.fieldValidation == "Strict")
        #expect(try !options("force=true", "PUT", named: true).isForced)
        let delete = try options("gracePeriodSeconds=0&propagationPolicy=Foreground", "DELETE", named: true)
        #expect(delete.gracePeriodSeconds == 0 && delete.propagationPolicy == "Foreground")
        #expect(try options("orphanDependents=true", "DELETE").propagationPolicy == "Orphan")
        #expect(try options("labelSelector=a", "DELETE").labels?.text == "a")
    }

    @Test(
        "what is refused, and how it is told",
        arguments: [
            ("limit=x", 400, "limit"), ("timeoutSeconds=99999999999999999999", 400, "timeoutSeconds"),
            ("labelSelector=a=b=c", 400, "found '='"), ("fieldSelector=a", 400, "can't understand 'a'"),
            ("resourceVersion=abc", 400, "invalid resource version"), ("resourceVersion=-1", 400, "resource version"),
            ("resourceVersionMatch=Exact", 422, "forbidden unless resourceVersion is provided"),
            ("resourceVersionMatch=Exact&resourceVersion=0", 422, "is forbidden for resourceVersion \"0\""),
            ("resourceVersionMatch=Old&resourceVersion=1", 422, "Unsupported value: \"Old\""),
            ("resourceVersionMatch=Exact&resourceVersion=1&continue=c", 422, "when continue is provided"),
            ("continue=c&resourceVersion=1", 400, "when using continue"),
            ("sendInitialEvents=true", 422, "sendInitialEvents is forbidden for list"),
            ("watch=1&sendInitialEvents=true", 422, "requires setting resourceVersionMatch to NotOlderThan"),
            ("watch=1&resourceVersionMatch=NotOlderThan", 422, "forbidden for watch unless sendInitialEvents"),
            ("watch=1&sendInitialEvents=true&resourceVersionMatch=Exact", 422, "Unsupported value: \"Exact\""),
        ])
    func refusedLists(query: String, code: Int, word: String) throws {
        let failure = try #require(refusal("GET", "/api/v1/pods?\(query)"))
        #expect(failure.code == code && failure.message.contains(word), "\(failure)")
    }

    @Test(
        "writes that are refused",
        arguments: [
            ("PATCH", "dryRun=Some", "PatchOptions.meta.k8s.io"), ("PUT", "fieldValidation=Loose", "UpdateOptions"),
            ("DELETE", "propagationPolicy=None", "Unsupported value: \"None\""),
            ("DELETE", "propagationPolicy=Orphan&orphanDependents=true", "cannot be both set"),
            ("PUT", "fieldManager=\u{7}", "printable"),
        ])
    func refusedWrites(method: String, query: String, word: String) throws {
        let failure = try #require(refusal(method, "/api/v1/nodes/n?\(query)"))
        #expect(failure.code == 422 && failure.reason == "Invalid" && failure.message.contains(word), "\(failure)")
        #expect(failure.details?["causes"]?.elements.first?["field"] != nil)
    }
}
