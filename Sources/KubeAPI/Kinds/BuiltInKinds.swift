/// Kubernetes' own kinds as of 1.32, and those that KubeEdge brings along, one a line.
///
/// A line with `/` or of one word opens a group and version. Below it a kind has six words: plural, kind, `ns` or
/// `cluster`, short names, categories, subresources; `-` stands for none. A seventh names the verbs where they are not
/// all of them. The order of groups is the order in which discovery lists them.
enum BuiltInKinds {
    /// Kubernetes' own.
    static let kubernetes = read(kubernetesText, isCustom: false)
    /// KubeEdge's: custom resources, known even before their definitions are.
    static let kubeEdge = read(kubeEdgeText, isCustom: true)

    private static func read(_ text: String, isCustom: Bool) -> [KubeKind] {
        var group = ""
        var version = ""
        var kinds: [KubeKind] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 6 else {
                let parts = line.split(separator: "/").map(String.init)
                group = parts.count == 2 ? parts[0] : ""
                version = parts.last ?? ""
                continue
            }
            func list(_ word: String) -> [String] { word == "-" ? [] : word.split(separator: ",").map(String.init) }
            var kind = KubeKind(
                resource: .init(group: group, version: version, plural: words[0]), kind: words[1],
                isNamespaced: words[2] == "ns")
            kind.shortNames = list(words[3])
            kind.categories = list(words[4])
            kind.subresources = list(words[5])
            if words.count > 6 { kind.verbs = list(words[6]) }
            kind.isCustom = isCustom
            kinds.append(kind)
        }
        return kinds
    }

    private static let kubernetesText = """
        v1
        bindings Binding ns - - - create
        componentstatuses ComponentStatus cluster cs - - get,list
        configmaps ConfigMap ns cm - -
        endpoints Endpoints ns ep - -
        events Event ns ev - -
        limitranges LimitRange ns limits - -
        namespaces Namespace cluster ns - finalize,status create,delete,get,list,patch,update,watch
        nodes Node cluster no - proxy,status
        persistentvolumeclaims PersistentVolumeClaim ns pvc - status
        persistentvolumes PersistentVolume cluster pv - status
        pods Pod ns po all attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,status
        podtemplates PodTemplate ns - - -
        replicationcontrollers ReplicationController ns rc all scale,status
        resourcequotas ResourceQuota ns quota - status
        secrets Secret ns - - -
        serviceaccounts ServiceAccount ns sa - token
        services Service ns svc all proxy,status
        apiregistration.k8s.io/v1
        apiservices APIService cluster - api-extensions status
        apps/v1
        controllerrevisions ControllerRevision ns - - -
        daemonsets DaemonSet ns ds all status
        deployments Deployment ns deploy all scale,status
        replicasets ReplicaSet ns rs all scale,status
        statefulsets StatefulSet ns sts all scale,status
        events.k8s.io/v1
        events Event ns ev - -
        authentication.k8s.io/v1
        selfsubjectreviews SelfSubjectReview cluster - - - create
        tokenreviews TokenReview cluster - - - create
        authorization.k8s.io/v1
        localsubjectaccessreviews LocalSubjectAccessReview ns - - - create
        selfsubjectaccessreviews SelfSubjectAccessReview cluster - - - create
        selfsubjectrulesreviews SelfSubjectRulesReview cluster - - - create
        subjectaccessreviews SubjectAccessReview cluster - - - create
        autoscaling/v2
        horizontalpodautoscalers HorizontalPodAutoscaler ns hpa all status
        autoscaling/v1
        horizontalpodautoscalers HorizontalPodAutoscaler ns hpa all status
        batch/v1
        cronjobs CronJob ns cj all status
        jobs Job ns - all status
        certificates.k8s.io/v1
        certificatesigningrequests CertificateSigningRequest cluster csr - approval,status
        networking.k8s.io/v1
        ingressclasses IngressClass cluster - - -
        ingresses Ingress ns ing - status
        networkpolicies NetworkPolicy ns netpol - -
        policy/v1
        poddisruptionbudgets PodDisruptionBudget ns pdb - status
        rbac.authorization.k8s.io/v1
        clusterrolebindings ClusterRoleBinding cluster - - -
        clusterroles ClusterRole cluster - - -
        rolebindings RoleBinding ns - - -
        roles Role ns - - -
        storage.k8s.io/v1
        csidrivers CSIDriver cluster - - -
        csinodes CSINode cluster - - -
        csistoragecapacities CSIStorageCapacity ns - - -
        storageclasses StorageClass cluster sc - -
        volumeattachments VolumeAttachment cluster - - status
        admissionregistration.k8s.io/v1
        mutatingwebhookconfigurations MutatingWebhookConfiguration cluster - api-extensions -
        validatingadmissionpolicies ValidatingAdmissionPolicy cluster - api-extensions status
        validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding cluster - api-extensions -
        validatingwebhookconfigurations ValidatingWebhookConfiguration cluster - api-extensions -
        apiextensions.k8s.io/v1
        customresourcedefinitions CustomResourceDefinition cluster crd,crds api-extensions status
        scheduling.k8s.io/v1
        priorityclasses PriorityClass cluster pc - -
        coordination.k8s.io/v1
        leases Lease ns - - -
        node.k8s.io/v1
        runtimeclasses RuntimeClass cluster - - -
        discovery.k8s.io/v1
        endpointslices EndpointSlice ns - - -
        flowcontrol.apiserver.k8s.io/v1
        flowschemas FlowSchema cluster - - status
        prioritylevelconfigurations PriorityLevelConfiguration cluster - - status
        """

    private static let kubeEdgeText = """
        apps.kubeedge.io/v1alpha1
        edgeapplications EdgeApplication ns eapp - status
        nodegroups NodeGroup cluster ng - status
        devices.kubeedge.io/v1beta1
        devicemodels DeviceModel ns - - -
        devices Device ns - - status
        devicestatuses DeviceStatus ns - - status
        operations.kubeedge.io/v1alpha2
        configupdatejobs ConfigUpdateJob cluster - - status
        imageprepulljobs ImagePrePullJob cluster - - status
        nodeupgradejobs NodeUpgradeJob cluster - - status
        operations.kubeedge.io/v1alpha1
        imageprepulljobs ImagePrePullJob cluster - - status
        nodeupgradejobs NodeUpgradeJob cluster - - status
        policy.kubeedge.io/v1alpha1
        serviceaccountaccesses ServiceAccountAccess ns saaccess - status
        reliablesyncs.kubeedge.io/v1alpha1
        clusterobjectsyncs ClusterObjectSync ns - - status
        objectsyncs ObjectSync ns - - status
        rules.kubeedge.io/v1
        ruleendpoints RuleEndpoint ns re - -
        rules Rule ns - - -
        """
}
