import { price } from "./price.js";

export const routes = {
  "/price": price,
};
