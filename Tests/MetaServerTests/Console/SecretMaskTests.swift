import Beehive
import Testing

@testable import MetaServer

struct SecretMaskTests {
    private static func masked(
        _ json: String, as type: ResourceType, sealed: Set<ResourceType> = []
    ) throws -> (text: String, isMasked: Bool) {
        let result = SecretMask.apply(to: try JSONValue(parsing: Bytes(json.utf8)), type: type, sealed: sealed)
        return (String(decoding: result.value.json, as: UTF8.self), result.isMasked)
    }

    @Test(arguments: [
        (#"{"kind":"Secret","data":{"a":"CANARY"}}"#, "secret"),
        (#"{"data":{"a":"CANARY","b":["CANARY",{"c":"CANARY"}]},"stringData":{"a":"CANARY"}}"#, "secret"),
        (
            #"{"metadata":{"name":"a","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"CANARY"}}}"#,
            "secret"
        ),
        (#"{"metadata":{"managedFields":[{"x":"CANARY"}]}}"#, "secret"),
        (#"{"unknown":{"deep":{"er":"CANARY"}}}"#, "secret"),
        (#""CANARY""#, "secret"), (#"["CANARY",{"data":{"a":"CANARY"}}]"#, "secret"),
        (#"{"metadata":"CANARY"}"#, "secret"), (#"{"items":[{"data":{"a":"CANARY"}}]}"#, "secret"),
        (#"{"kind":"SecretList","items":[{"kind":"Secret","data":{"a":"CANARY"}}]}"#, "secretlist"),
        (#"{"status":{"token":"CANARY","expirationTimestamp":"2030"}}"#, "serviceaccounttoken"),
        (#"{"status":"CANARY"}"#, "serviceaccounttoken"), (#""CANARY""#, "serviceaccounttoken"),
        (#"{"token":"CANARY"}"#, "serviceaccounttoken"),
        (#"{"object":{"kind":"Secret","data":{"a":"CANARY"}}}"#, "conflict"),
        (#"{"a":[{"kind":"TokenRequest","status":{"token":"CANARY"}}]}"#, "pendingwrite"),
        (
            #"{"m":{"kubectl.kubernetes.io/last-applied-configuration":"{\"kind\":\"Secret\",\"data\":\"CANARY\"}"}}"#,
            "pod"
        ),
        (#"{"m":{"kubectl.kubernetes.io/last-applied-configuration":"no json CANARY"}}"#, "pod"),
        (#"{"kind":"ConfigMap","data":{"a":"CANARY"}}"#, "configmap"),
        // Tools repeat a secret in annotations of their own.
        (#"{"metadata":{"annotations":{"kapp.k14s.io/original":"CANARY"}}}"#, "secret"),
        (#"{"metadata":{"annotations":{"openshift.io/token-secret.value":"CANARY"}}}"#, "secret"),
        (#"{"metadata":{"annotations":{"objectset.rio.cattle.io/applied":"CANARY"}}}"#, "secret"),
        (#"{"metadata":{"annotations":{"meta.helm.sh/release-name":{"deep":"CANARY"}}}}"#, "secret"),
        (#"{"metadata":{"annotations":["CANARY"]}}"#, "secret"),
        (#"{"metadata":{"annotations":{"x":"CANARY"}}}"#, "serviceaccounttoken"),
        (#"{"metadata":{"annotations":{"x":"CANARY"}}}"#, "configmap"),
        (#"{"a":{"kind":"Secret","metadata":{"annotations":{"x":"CANARY"}}}}"#, "pod"),
        (#"{"metadata":{"name":"a","unknown":"CANARY"}}"#, "secret"),
        (#"{"a":{"kind":"SecretList","items":[{"data":{"a":"CANARY"}}]}}"#, "pod"),
        (
            #"{"kubectl.kubernetes.io/last-applied-configuration":"{\"items\":[{\"kind\":\"Secret\",\"data\":\"CANARY\"}]}"}"#,
            "pod"
        ),
    ])
    func `nothing secret is left`(json: String, type: String) throws {
        let sealed: Set<ResourceType> = ["configmap", "secret"]
        let result = try Self.masked(json, as: ResourceType(type), sealed: sealed)
        #expect(!result.text.contains("CANARY"))
        #expect(result.isMasked)
    }

    @Test(arguments: [
        (#"{"kind":"ConfigMap","data":{"a":"b"}}"#, "configmap"),
        (#"{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"y"}]}]}}"#, "pod"),
        (#"{"m":{"kubectl.kubernetes.io/last-applied-configuration":"{\"kind\":\"ConfigMap\"}"}}"#, "configmap"),
    ])
    func `what is no secret is shown as it is`(json: String, type: String) throws {
        let result = try Self.masked(json, as: ResourceType(type))
        #expect(result.text == json)
        #expect(!result.isMasked)
    }

    @Test func `a secret still tells who it is and which keys it has`() throws {
        let json =
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"login","labels":{"app":"x"},"annotations":{"meta.helm.sh/release-name":"shop"}},"type":"Opaque","data":{"user":"YQ=="}}"#
        let result = try Self.masked(json, as: .secret)
        #expect(
            result.text
                == #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"login","labels":{"app":"x"},"annotations":{"meta.helm.sh/release-name":"shop"}},"type":"Opaque","data":{"user":"(hidden)"}}"#
        )
    }
}
