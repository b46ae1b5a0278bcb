%% The stock, kept by a gen_server. Each message is {Carrier, Message}: the carrier says whose work it is.
-module(stock).
-behaviour(gen_server).
-export([start/0, init/1, handle_call/3, handle_cast/2]).

start() -> {ok, _} = gen_server:start({local, stock}, ?MODULE, [], []).

init([]) -> {ok, []}.

%% Reserves a car for what it costs. Prices is the node that knows.
handle_call({Carrier, {reserve, Car, Prices}}, _From, Reserved) ->
    % ANCHOR: ask
    % DONE(17.3): whose work is the question for the price?
    Price = otlp:with_span(<<"stock/reserve">>, server, Carrier, fun(Within) ->
        ask_price(Prices, Car, Within)
    end),
    % END(17.3)
    % ANCHOR_END: ask
    {reply, {ok, Price}, [Car | Reserved]}.

%% Asks another node and waits. Whatever is no price is nothing to go on with: let it crash.
ask_price(Node, Car, Carrier) ->
    otlp:with_span(<<"price/ask">>, client, Carrier, fun(Within) ->
        {ok, Price} = gen_server:call({price, Node}, {Within, {ask, Car}}),
        Price
    end).

%% Nobody waits for this.
handle_cast({Carrier, {viewed, _Car}}, Reserved) ->
    otlp:with_link(<<"count view">>, consumer, Carrier, fun(_Within) -> ok end),
    {noreply, Reserved}.
