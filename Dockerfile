# Node 24: Node 20 still works but gets no security fixes any more.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
# Redis is optional for the package, and what the image is for; SQLite is in this Node.
RUN npm run build \
  && npm install --save-prod --ignore-scripts redis \
  && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/views ./views
# For SESSION_STORE=file:./data/sessions, when a volume is mounted there.
RUN mkdir data && chown node:node data
USER node
EXPOSE 3000
ENTRYPOINT ["node", "dist/program/cli/main.js"]
CMD ["serve"]
