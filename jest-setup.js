import './.config/jest-setup';
import { configure } from '@testing-library/react';

// A busy machine may take its time; a failing test loses nothing by it.
configure({ asyncUtilTimeout: 10_000 });

// Comboboxes measure their pills and draw only the options that are in view: jsdom has neither text nor boxes.
HTMLCanvasElement.prototype.getContext = () => ({ measureText: () => ({ width: 10 }) });
for (const size of ['clientWidth', 'clientHeight', 'offsetWidth', 'offsetHeight']) {
  Object.defineProperty(HTMLElement.prototype, size, { value: 400 });
}
Element.prototype.getBoundingClientRect = () => ({ width: 400, height: 400, top: 0, left: 0, bottom: 0, right: 0 });
global.IntersectionObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

// jsdom tries every style rule of Grafana's on every element whose role is asked for: minutes instead of seconds.
window.getComputedStyle = (element) => element.style;

// A library of Grafana's advertises itself here, once for each test file.
console.info = () => {};
