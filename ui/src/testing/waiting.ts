// How long tests wait for what appears in the page: a busy machine loads a dialog in more than Testing Library's second.

import { configure } from "@testing-library/svelte";

configure({ asyncUtilTimeout: 10_000 });
