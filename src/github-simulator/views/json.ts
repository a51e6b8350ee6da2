// The shape of what views return: JSON under construction, checked against GitHub's schemas by the tests.

export type Json = Record<string, unknown>;
