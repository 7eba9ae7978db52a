import KubeAPI
import Testing

@Suite("Built-in kinds")
struct BuiltInKindTests {
    @Test(
        "a plural leads to its kind and back",
        arguments: [
            ("v1", "endpoints", "Endpoints", "endpoints"), ("v1", "configmaps", "ConfigMap", "configmap"),
            ("v1", "componentstatuses", "ComponentStatus", "componentstatus"),
            ("v1", "resourcequotas", "ResourceQuota", "resourcequota"),
            ("networking.k8s.io/v1", "networkpolicies", "NetworkPolicy", "networkpolicy"),
            ("networking.k8s.io/v1", "ingressclasses", "IngressClass", "ingressclass"),
            ("networking.k8s.io/v1", "ingresses", "Ingress", "ingress"),
            ("storage.k8s.io/v1", "storageclasses", "StorageClass", "storageclass"),
            ("storage.k8s.io/v1", "csistoragecapacities", "CSIStorageCapacity", "csistoragecapacity"),
            ("coordination.k8s.io/v1", "leases", "Lease", "lease"),
            ("discovery.k8s.io/v1", "endpointslices", "EndpointSlice", "endpointslice"),
            ("scheduling.k8s.io/v1", "priorityclasses", "PriorityClass", "priorityclass"),
            ("policy/v1", "poddisruptionbudgets", "PodDisruptionBudget", "poddisruptionbudget"),
            ("policy.kubeedge.io/v1alpha1", "serviceaccountaccesses", "ServiceAccountAccess", "serviceaccountaccess"),
            ("devices.kubeedge.io/v1beta1", "devicestatuses", "DeviceStatus", "devicestatus"),
        ])
    func plurals(apiVersion: String, plural: String, name: String, singular: String) throws {
        let kind = try #require(KindCatalog.builtIn.kind(apiVersion: apiVersion, kind: name))
        #expect(kind.resource.plural == plural)
        #expect(kind.singular == singular)
        #expect(kind.listKind == name + "List")
        #expect(KindCatalog.builtIn.kind(of: kind.resource) == kind)
    }

    @Test("every line of the table is a kind of its own, with words of the right form")
    func table() {
        let kinds = KindCatalog.builtIn.kinds
        #expect(kinds.count == 74)
        #expect(Set(kinds.map(\.resource)).count == kinds.count)
        #expect(Set(kinds.map { "\($0.apiVersion) \($0.kind)" }).count == kinds.count)
        for kind in kinds {
            #expect(kind.resource.plural == kind.resource.plural.lowercased())
            #expect(!kind.resource.version.isEmpty)
            #expect(kind.resource.plural.hasSuffix("s"))
            #expect(kind.isCustom == kind.resource.group.hasSuffix("kubeedge.io"))
            #expect(!kind.verbs.isEmpty)
        }
    }

    @Test(
        "some live in the cluster, the others in namespaces",
        arguments: [
            ("v1", "Node", false), ("v1", "Namespace", false), ("v1", "PersistentVolume", false),
            ("v1", "PersistentVolumeClaim", true), ("v1", "Binding", true), ("storage.k8s.io/v1", "CSINode", false),
            ("certificates.k8s.io/v1", "CertificateSigningRequest", false),
            ("apps.kubeedge.io/v1alpha1", "NodeGroup", false),
            ("devices.kubeedge.io/v1beta1", "DeviceModel", true), ("batch/v1", "Job", true),
        ])
    func scopes(apiVersion: String, name: String, isNamespaced: Bool) throws {
        #expect(try #require(KindCatalog.builtIn.kind(apiVersion: apiVersion, kind: name)).isNamespaced == isNamespaced)
    }

    @Test("versions stand in Kubernetes' order")
    func versions() {
        let ordered = [
            "v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "v0x", "v1gamma1",
        ]
        #expect(ordered.reversed().sorted { VersionOrder($0) < VersionOrder($1) } == ordered)
    }
}
