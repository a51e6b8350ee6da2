{{/* Where controller, gateway and credentials are. */}}
{{- define "runyard.systemNamespace" -}}
{{- .Values.systemNamespace | default (printf "%s-system" .Release.Namespace) | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels of every object; a list of (context, component). The component may be empty. */}}
{{- define "runyard.labels" -}}
{{- $context := index . 0 -}}
app.kubernetes.io/name: runyard
app.kubernetes.io/instance: {{ $context.Release.Name }}
app.kubernetes.io/part-of: runyard
app.kubernetes.io/managed-by: {{ $context.Release.Service }}
app.kubernetes.io/version: {{ $context.Chart.AppVersion | quote }}
{{- with index . 1 }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{/* Labels by which the pods of a Deployment are chosen; a list of (context, component). */}}
{{- define "runyard.selector" -}}
app.kubernetes.io/name: runyard
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* The Secret of a GitHub App: lower case, underscores and spaces become dashes. */}}
{{- define "runyard.appSecret" -}}
github-app-{{ . | lower | replace "_" "-" | replace " " "-" }}
{{- end -}}

{{/*
The Secrets with an outside credential that the values ask for, as JSON: name -> list of keys. The webhook's is not among
them: it belongs to the namespace of the runs.
*/}}
{{- define "runyard.secrets" -}}
{{- $secrets := dict -}}
{{- $used := list -}}
{{- range .Values.agents -}}
{{- $_ := set $secrets (include "runyard.appSecret" .githubApp) (list "app-id" "private-key") -}}
{{- $used = append $used .model -}}
{{- end -}}
{{- range .Values.models -}}
{{- if has .name $used -}}
{{- $keys := get $secrets .credential.secret | default list -}}
{{- $_ := set $secrets .credential.secret (append $keys .credential.key | uniq) -}}
{{- end -}}
{{- end -}}
{{- $secrets | toJson -}}
{{- end -}}
