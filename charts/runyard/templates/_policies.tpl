{{/*
Addresses of the API server, as the peers and ports of an egress rule. By value, else what the cluster says of its own Service;
where nothing is known (helm template), every address on the usual ports.
*/}}
{{- define "runyard.apiServerRule" -}}
{{- $addresses := .Values.networkPolicy.apiServer.addresses -}}
{{- $ports := .Values.networkPolicy.apiServer.ports -}}
{{- $slices := (lookup "discovery.k8s.io/v1" "EndpointSlice" "default" "").items | default list -}}
{{- range $slices -}}
{{- if eq (index (.metadata.labels | default dict) "kubernetes.io/service-name" | default "") "kubernetes" -}}
{{- $length := ternary "128" "32" (eq .addressType "IPv6") -}}
{{- if not $.Values.networkPolicy.apiServer.addresses -}}
{{- range .endpoints -}}{{- range .addresses -}}{{- $addresses = append $addresses (printf "%s/%s" . $length) -}}{{- end -}}{{- end -}}
{{- end -}}
{{- if not $.Values.networkPolicy.apiServer.ports -}}
{{- range .ports -}}{{- $ports = append $ports (int .port) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $service := (lookup "v1" "Service" "default" "kubernetes") -}}
{{- if and $service (not .Values.networkPolicy.apiServer.addresses) -}}
{{- range $service.spec.clusterIPs -}}{{- $addresses = append $addresses (printf "%s/%s" . (ternary "128" "32" (contains ":" .))) -}}{{- end -}}
{{- end -}}
{{- if and $service (not .Values.networkPolicy.apiServer.ports) -}}
{{- $ports = append $ports 443 -}}
{{- end -}}
- to:
  {{- range $addresses | default (list "0.0.0.0/0" "::/0") | uniq }}
    - ipBlock: { cidr: {{ . | quote }} }
  {{- end }}
  ports:
  {{- range $ports | default (list 443 6443) | uniq }}
    - { protocol: TCP, port: {{ . }} }
  {{- end }}
{{- end -}}

{{- define "runyard.dnsRule" -}}
- to:
    - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
  ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
{{- end -}}

{{- define "runyard.gatewayRule" -}}
- to:
    - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: {{ include "runyard.systemNamespace" . }} } }
      podSelector:
        matchLabels:
          {{- include "runyard.selector" (list . "gateway") | nindent 10 }}
  ports:
    - { protocol: TCP, port: 8443 }
{{- end -}}
